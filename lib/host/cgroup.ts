import type { UsageSources } from "./usage-sources.ts";

/** Use of what a cgroup v2 allows this process, 0..1; null where no limit is set or this is no cgroup v2. */
export interface CgroupReader {
  cpu(): number | null;
  memory(): number | null;
  /** The tightest limits themselves. */
  limits(): CgroupLimits;
}

export interface CgroupLimits {
  /** 0.5 is half a core. */
  readonly cores: number | null;
  readonly memoryBytes: number | null;
  readonly availableBytes: number | null;
}

/**
 * The limits of the own group and of all above it hold together, so the fullest counts. Which groups set a limit is
 * looked up once: a limit set on the running service is seen at its next start.
 */
export const createCgroupReader = ({ read, nowMs }: UsageSources): CgroupReader => {
  const groups = groupDirs(read("/proc/self/cgroup"));
  const allowed = groups.flatMap((dir) => {
    const cores = coresOf(read(`${dir}/cpu.max`));
    return cores === null ? [] : [{ dir, cores }];
  });
  const quotas = allowed.map(({ dir, cores }) => createQuota(dir, cores, { read, nowMs }));
  const bounds = groups.flatMap((dir) => {
    const limitBytes = numberOf(read(`${dir}/memory.max`));
    return limitBytes === null || limitBytes === 0 ? [] : [{ dir, limitBytes }];
  });
  return {
    cpu: () => fullest(quotas.map((quota) => quota.used())),
    memory: () => fullest(bounds.map(({ dir, limitBytes }) => memoryUsed(read, dir, limitBytes))),
    limits: () => ({
      cores: tightest(allowed.map(({ cores }) => cores)),
      memoryBytes: tightest(bounds.map(({ limitBytes }) => limitBytes)),
      availableBytes: tightest(
        bounds.flatMap(({ dir, limitBytes }) => {
          const used = memoryUsed(read, dir, limitBytes);
          return used === null ? [] : [(1 - used) * limitBytes];
        }),
      ),
    }),
  };
};

/** From the own group up to the root: "0::/a/b" → /sys/fs/cgroup/a/b, /sys/fs/cgroup/a, /sys/fs/cgroup. */
const groupDirs = (selfCgroup: string | null): readonly string[] => {
  const path = /^0::(\/.*)$/m.exec(selfCgroup ?? "")?.[1];
  if (path === undefined) return [];
  const parts = path.split("/").filter((part) => part !== "");
  return [...parts.keys(), parts.length]
    .map((length) => ["/sys/fs/cgroup", ...parts.slice(0, length)].join("/"))
    .reverse();
};

/** "max 100000" sets no limit; "50000 100000" allows half a core. */
const coresOf = (cpuMax: string | null): number | null => {
  const [quota, period] = (cpuMax ?? "").trim().split(" ").map(Number);
  return quota === undefined || period === undefined || !(quota > 0) || !(period > 0) ? null : quota / period;
};

const createQuota = (dir: string, cores: number, { read, nowMs }: UsageSources): { used(): number | null } => {
  let before: { readonly atMs: number; readonly usedMs: number } | null = null;
  return {
    used: () => {
      const usedMicros = /^usage_usec (\d+)$/m.exec(read(`${dir}/cpu.stat`) ?? "")?.[1];
      const now = usedMicros === undefined ? null : { atMs: nowMs(), usedMs: Number(usedMicros) / 1000 };
      const last = before;
      before = now;
      if (now === null || last === null || now.atMs <= last.atMs) return null;
      return Math.min(1, Math.max(0, (now.usedMs - last.usedMs) / (now.atMs - last.atMs) / cores));
    },
  };
};

/** The page cache that the kernel would give up first is free memory in all but name. */
const memoryUsed = (read: UsageSources["read"], dir: string, limitBytes: number): number | null => {
  const current = numberOf(read(`${dir}/memory.current`));
  if (current === null) return null;
  const reclaimable = Number(/^inactive_file (\d+)$/m.exec(read(`${dir}/memory.stat`) ?? "")?.[1] ?? 0);
  return Math.min(1, Math.max(0, (current - reclaimable) / limitBytes));
};

const numberOf = (text: string | null): number | null =>
  text === null || !/^\d+$/.test(text.trim()) ? null : Number(text.trim());

const tightest = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values));

const fullest = (shares: readonly (number | null)[]): number | null => {
  const known = shares.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};

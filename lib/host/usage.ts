import { createCgroupReader } from "./cgroup.ts";
import { createDiskReader } from "./disk-io.ts";
import { systemSources, type UsageSources } from "./usage-sources.ts";

/** How busy the machine is, 0..1; null where the system does not tell. */
export interface Usage {
  /** Of the whole machine, or of the quota where a cgroup sets a tighter one. */
  readonly cpu: number | null;
  /** In use and not to be had back, of the machine or of the cgroup's limit: the fuller of the two. */
  readonly memory: number | null;
  /** Share of the time in which the busiest real disk had work. */
  readonly diskIo: number | null;
}

export interface UsageSampler {
  /** The use since the last call; cpu and diskIo are null on the first. A few reads of /proc, no process is started. */
  sample(): Usage;
}

export const createUsageSampler = ({ read, nowMs }: UsageSources = systemSources): UsageSampler => {
  const cgroup = createCgroupReader({ read, nowMs });
  const disks = createDiskReader({ read, nowMs });
  let before: CpuTimes | null = null;
  const machineCpu = (): number | null => {
    const now = cpuTimes(read("/proc/stat"));
    const last = before;
    before = now;
    if (now === null || last === null || now.total <= last.total) return null;
    return share(1 - (now.idle - last.idle) / (now.total - last.total));
  };
  return {
    sample: () => ({
      cpu: greater(machineCpu(), cgroup.cpu()),
      memory: greater(machineMemory(read("/proc/meminfo")), cgroup.memory()),
      diskIo: disks.busiest(),
    }),
  };
};

interface CpuTimes {
  readonly idle: number;
  readonly total: number;
}

/** "cpu user nice system idle iowait irq softirq steal …"; guest time is already part of user. */
const cpuTimes = (stat: string | null): CpuTimes | null => {
  const fields = stat?.split("\n", 1)[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  if (fields.length < 4 || fields.some(Number.isNaN)) return null;
  return { idle: (fields[3] ?? 0) + (fields[4] ?? 0), total: fields.reduce((sum, field) => sum + field, 0) };
};

const machineMemory = (meminfo: string | null): number | null => {
  const total = kilobytes(meminfo, "MemTotal");
  const available = kilobytes(meminfo, "MemAvailable");
  return total === null || available === null || total === 0 ? null : share(1 - available / total);
};

const kilobytes = (meminfo: string | null, name: string): number | null => {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(meminfo ?? "")?.[1];
  return found === undefined ? null : Number(found);
};

const share = (value: number): number => Math.min(1, Math.max(0, value));

const greater = (a: number | null, b: number | null): number | null => {
  if (a === null) return b;
  return b === null ? a : Math.max(a, b);
};

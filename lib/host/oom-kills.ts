import { systemSources, type UsageSources } from "./usage-sources.ts";

/** Whether the kernel has ended processes for want of memory: of the own cgroup where it counts them, else of the host. */
export interface OomWatch {
  /** To be called once a second. */
  tick(): void;
  /** How many in the last second or two; null where the system does not tell. */
  lately(): number | null;
}

export const createOomWatch = ({ read }: Pick<UsageSources, "read"> = systemSources): OomWatch => {
  const path = /^0::(\/.*)$/m.exec(read("/proc/self/cgroup") ?? "")?.[1] ?? "/";
  const group = `/sys/fs/cgroup${path === "/" ? "" : path}/memory.events`;
  // The root group keeps no such file.
  const file = counted(read(group)) === null ? "/proc/vmstat" : group;
  let last = counted(read(file));
  let before = last;
  return {
    tick: () => {
      before = last;
      last = counted(read(file));
    },
    lately: () => {
      const now = counted(read(file));
      return now === null || before === null ? null : now - before;
    },
  };
};

const counted = (text: string | null): number | null => {
  const found = /^oom_kill (\d+)$/m.exec(text ?? "")?.[1];
  return found === undefined ? null : Number(found);
};

import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StartOptions } from "../support/instance.ts";
import { until } from "../support/until.ts";

/**
 * Lets a master and its workers run in a cgroup of so many megabytes: past that the kernel kills one of them. Needs root;
 * null where this machine does not let us make one.
 */
export const smallMemory = (name: string, megabytes: number): SmallMemory | null => {
  for (const [root, limit] of groups) {
    const dir = join(root, name);
    try {
      mkdirSync(dir);
    } catch {
      continue;
    }
    const remove = async (): Promise<void> => {
      // The kernel lets go of an ended process a moment later.
      await until(`${dir} to be empty`, () => tryToRemove(dir), { deadlineMs: 5_000 });
    };
    try {
      writeFileSync(join(dir, limit), `${megabytes}M`, { flag: "r+" });
      return { options: { under: ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', dir] }, remove };
    } catch {
      rmdirSync(dir);
    }
  }
  return null;
};

export interface SmallMemory {
  /** For `startDashd`. */
  readonly options: Pick<StartOptions, "under">;
  /** Once nothing runs in it. */
  remove(): Promise<void>;
}

const tryToRemove = (dir: string): boolean => {
  try {
    rmdirSync(dir);
    return true;
  } catch {
    return false;
  }
};

/** Of cgroup v1 and v2. */
const groups = [
  ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
  ["/sys/fs/cgroup", "memory.max"],
] as const;

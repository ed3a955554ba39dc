import { readdirSync, readFileSync } from "node:fs";
import { parseThread } from "../../lib/host/main-thread.ts";
import { until } from "./until.ts";

/** Every process a test starts, and all they start, carries this variable: so leftovers are found even without a parent. */
export const MARK = "TEST_MARK";

/** Pids of live processes that carry the mark, whoever their parent is. */
export const markedPids = (mark: string): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isMarked(pid, mark) && isAlive(pid));

export const isMarked = (pid: number, mark: string): boolean =>
  readProc(pid, "environ")?.split("\0").includes(`${MARK}=${mark}`) ?? false;

/** A zombie has ended: only its parent has not looked yet. */
export const isAlive = (pid: number): boolean => {
  const stat = readProc(pid, "stat");
  if (stat === null) return false;
  return stat.charAt(stat.lastIndexOf(")") + 2) !== "Z";
};

export const allGone = (pids: readonly number[], deadlineMs: number): Promise<true> =>
  until(`the end of ${pids.join(", ")}`, () => pids.every((pid) => !isAlive(pid)), { deadlineMs, everyMs: 5 });

export const signalIfAlive = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
};

/** CPU that all its threads have ever used, in steps of 10 ms; null when it has ended. */
export const cpuMsOf = (pid: number): number | null => {
  const stat = readProc(pid, "stat");
  return stat === null ? null : (parseThread(stat)?.cpuMs ?? null);
};

/** null: the process has ended meanwhile. */
const readProc = (pid: number, name: string): string | null => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return null;
  }
};

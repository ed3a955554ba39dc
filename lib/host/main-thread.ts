import { readFileSync } from "node:fs";

/** The main thread of a process as the system shows it, whatever the process itself does or does not. */
export interface MainThread {
  /** Stopped by a signal (SIGSTOP, Ctrl-Z); a debugger's hold does not count. */
  readonly stopped: boolean;
  /** User and system time it has ever used; the system counts in steps of 10 ms. */
  readonly cpuMs: number;
}

/** null when the process has ended, or where the system does not tell (it needs Linux). */
export const lookAtMainThread = (pid: number): MainThread | null => {
  try {
    return parseThread(readFileSync(`/proc/${pid}/task/${pid}/stat`, "latin1"));
  } catch {
    return null;
  }
};

/** State, utime and stime: fields 3, 14 and 15. The name in field 2 may hold blanks and parentheses. */
export const parseThread = (stat: string): MainThread | null => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? null : { stopped: fields[0] === "T", cpuMs: (ticks * 1_000) / userTicksPerSec };
};

/** USER_HZ: 100 on every Linux that Node runs on. */
const userTicksPerSec = 100;

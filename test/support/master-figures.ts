import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a process holds, as the system tells it; null when it is gone. */
export const figuresOf = (pid: number): ProcessFigures | null => {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { rssBytes: Number(kilobytes ?? Number.NaN) * 1024, descriptors: descriptorsOf(pid).length };
  } catch {
    return null;
  }
};

export interface ProcessFigures {
  readonly rssBytes: number;
  /** Sockets and pipes: clients, channels and output of workers. A log file is opened when there is something to log. */
  readonly descriptors: number;
}

/** Sockets and pipes, by name. */
export const descriptorsOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)].filter((target) => /^(socket|pipe):/.test(target));
    } catch {
      return [];
    }
  });

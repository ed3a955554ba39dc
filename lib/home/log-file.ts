import { foundWhat } from "./home-error.ts";
import { createLogQueue } from "./log-queue.ts";
import { createLogWriter, type LogWriter, type LogWriterOptions, type Settled } from "./log-writer.ts";

/** dashd.log, rotated by size to dashd1.log, dashd2.log, … It never throws, never blocks, and its memory has a bound. */
export interface LogFile {
  /** False when the disk is so far behind that the line is dropped. */
  write(line: string): boolean;
  /** Resolves when all is on the disk, or after the deadline. */
  close(deadlineMs: number): Promise<void>;
}

export interface LogFileOptions extends Pick<LogWriterOptions, "dir" | "maxBytes" | "keep" | "nowMs"> {
  /** The disk has begun to fail; said once until it recovers. */
  readonly onFailing: (found: string) => void;
  readonly onRecovered: (lostLines: number) => void;
  readonly reopenMs?: number;
}

export const createLogFile = ({ onFailing, onRecovered, reopenMs = 5000, ...options }: LogFileOptions): LogFile => {
  const { nowMs } = options;
  const queue = createLogQueue();
  let writer: LogWriter | null = null;
  let closed = false;
  let drained: (() => void) | null = null;
  let failing = false;
  let lostLines = 0;
  let settledAtMs = nowMs();
  let grownSinceMs: number | null = null;

  const fail = (lines: number, found: string): void => {
    lostLines += lines;
    if (failing) return;
    failing = true;
    onFailing(found);
  };
  const recover = (): void => {
    if (!failing) return;
    const lines = lostLines;
    failing = false;
    lostLines = 0;
    onRecovered(lines);
  };
  const backlogBytes = (): number => queue.bytes + (writer?.pendingBytes() ?? 0);

  const pump = (): void => {
    while (writer !== null && writer.pendingBytes() < handedBytes) {
      const line = queue.shift();
      if (line === null) break;
      writer.write(line);
    }
    if (backlogBytes() === 0) drained?.();
  };
  const settled = (what: Settled): void => {
    settledAtMs = nowMs();
    if (what.found !== null) fail(what.lostLines, what.found);
    else if (grownSinceMs === null) recover();
    pump();
  };
  const renew = (found: string): void => {
    fail(0, found);
    writer?.discard();
    writer = null;
    if (!closed) setTimeout(start, reopenMs).unref();
  };
  const start = (): void => {
    if (closed) return;
    try {
      const made: LogWriter = createLogWriter({
        ...options,
        reopenMs,
        onSettled: settled,
        onBroken: (found) => (writer === made ? renew(found) : undefined),
      });
      writer = made;
      settledAtMs = nowMs();
      pump();
    } catch (error) {
      renew(foundWhat(error));
    }
  };

  /** Where an old file cannot be renamed, winston tries again without a pause (3.19): let the current one grow instead. */
  const watchRotation = (): void => {
    if (writer === null) return;
    if (grownSinceMs !== null && nowMs() - grownSinceMs > growMs) {
      grownSinceMs = null;
      writer.setRotation(true);
    } else if (grownSinceMs === null && writer.pendingBytes() > 0 && nowMs() - settledAtMs > stuckMs) {
      grownSinceMs = nowMs();
      writer.setRotation(false);
      fail(0, "stuck");
    }
  };
  const watch = setInterval(watchRotation, 1000).unref();
  start();

  return {
    write: (line) => {
      const bytes = Buffer.byteLength(line) + 1;
      if (closed || backlogBytes() + bytes > longestBacklogBytes) return false;
      queue.push(line, bytes);
      pump();
      return true;
    },
    close: async (deadlineMs) => {
      closed = true;
      clearInterval(watch);
      if (writer === null) return;
      const flushed = new Promise<void>((resolve) => {
        drained = resolve;
        pump();
      }).then(() => writer?.end());
      // This timer holds the process: what is on its way shall be written.
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadlineMs);
      });
      await Promise.race([flushed, deadline]);
      clearTimeout(timer);
    },
  };
};

/** Memory for a disk that is slow; beyond it lines are dropped. */
const longestBacklogBytes = 8 * 1024 * 1024;
/** What winston holds at once. Little: it loses lines when more than a file's worth waits for its opening. */
const handedBytes = 64 * 1024;
const stuckMs = 2000;
const growMs = 60_000;

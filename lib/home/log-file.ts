import { Writable } from "node:stream";
import { foundWhat } from "./home-error.ts";
import { createLogQueue, type LogBatch } from "./log-queue.ts";
import { makeFolder } from "./make-folder.ts";
import { createRotatingFile, type RotatingFileOptions } from "./rotating-file.ts";

/** The log on the disk. It never throws, never makes its writer wait, and its memory has a bound. */
export interface LogFile {
  /** For winston: one line a write, without its line end. */
  readonly stream: Writable;
  /** So many whole lines, joined, without the last line end. */
  take(text: string, lines: number): void;
  /** Resolves when all is on the disk, or after the deadline. */
  close(deadlineMs: number): Promise<void>;
}

export interface LogFileOptions extends Omit<RotatingFileOptions, "onUnrotated"> {
  /** The disk has begun to fail; said once until it recovers. */
  readonly onFailing: (found: string) => void;
  readonly onRecovered: (lostLines: number) => void;
  /** So many lines were dropped while the disk was too slow; said when there is room again. */
  readonly onBehind: (droppedLines: number) => void;
  /** How long a disk that failed is left alone. */
  readonly retryMs?: number;
}

export const createLogFile = (options: LogFileOptions): LogFile => {
  const { dir, nowMs, onFailing, onRecovered, onBehind, retryMs = 1000 } = options;
  const queue = createLogQueue();
  const file = createRotatingFile({ ...options, onUnrotated: (error) => onFailing(foundWhat(error)) });
  let failing: { found: string; retryAtMs: number; lostLines: number } | null = null;
  let droppedLines = 0;
  let writing: Promise<void> | null = null;
  let closed = false;

  const writeBatch = async (batch: LogBatch): Promise<void> => {
    if (failing !== null && nowMs() < failing.retryAtMs && !closed) {
      failing.lostLines += batch.lines;
      return;
    }
    try {
      await file.append(batch.text, batch.bytes);
    } catch (error) {
      const found = foundWhat(error);
      if (failing === null) onFailing(found);
      failing = { found, retryAtMs: nowMs() + retryMs, lostLines: (failing?.lostLines ?? 0) + batch.lines };
      return;
    }
    if (failing === null) return;
    const { lostLines } = failing;
    failing = null;
    onRecovered(lostLines);
  };
  const tellDropped = (): void => {
    if (droppedLines === 0 || queue.bytes > longestBacklogBytes / 2) return;
    const lines = droppedLines;
    droppedLines = 0;
    onBehind(lines);
  };
  const writeAll = async (): Promise<void> => {
    for (let batch = queue.take(batchBytes); batch !== null; batch = queue.take(batchBytes)) {
      await writeBatch(batch);
      tellDropped();
    }
  };
  const start = (): void => {
    writing ??= writeAll().finally(() => {
      writing = null;
      if (queue.bytes > 0) start();
    });
  };
  const take = (line: string, lines: number): void => {
    const bytes = Buffer.byteLength(line) + 1;
    if (closed || queue.bytes + bytes > longestBacklogBytes) {
      droppedLines += lines;
      return;
    }
    queue.push(line, bytes, lines);
    start();
  };

  try {
    makeFolder(dir, 0o700);
  } catch {
    // The first line finds the same and says it.
  }
  return {
    take,
    stream: new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        take(String(chunk).replace(/\n$/, ""), 1);
        done();
      },
    }),
    close: async (deadlineMs) => {
      closed = true;
      const written = (async () => {
        while (writing !== null) await writing;
        await file.close();
      })();
      // This timer holds the process: what is on its way shall be written.
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadlineMs);
      });
      await Promise.race([written, deadline]);
      clearTimeout(timer);
    },
  };
};

/** Memory for a disk that is slow; beyond it lines are dropped. */
const longestBacklogBytes = 8 * 1024 * 1024;
const batchBytes = 64 * 1024;

import type { Message } from "../errors.ts";
import { createLogFile, type LogFile } from "./log-file.ts";
import { mostUnreadBytes } from "./logs.ts";

/** access.log, written with what workers hand over; rotated like the log, beside it. */
export interface AccessFile {
  /** `dropped`: lines that the worker had no memory for. */
  write(text: string, lines: number, dropped: number): void;
  close(): Promise<void>;
}

export interface AccessFileOptions {
  /** null: no file; the lines go to `out`. */
  readonly dir: string | null;
  readonly out: { write(text: string): void; unreadBytes(): number };
  readonly maxMb: number;
  readonly maxDays: number | null;
  /** Files, the current one included. */
  readonly keep: number;
  readonly nowMs: () => number;
  readonly warn: (message: Message) => void;
}

export const createAccessFile = (options: AccessFileOptions): AccessFile => {
  const { dir, maxMb, maxDays, keep, nowMs, warn, out } = options;
  const lost = (lines: number, because: string): void =>
    warn({ code: "log.access-dropped", facts: { lines, because } });
  const fileIn = (folder: string): LogFile =>
    createLogFile({
      name: "access",
      ...{ dir: folder, keep, nowMs, maxBytes: maxMb * 1024 * 1024 },
      maxAgeMs: maxDays === null ? null : maxDays * dayMs,
      onFailing: (found) => warn({ code: "log.access-failing", facts: { dir: folder, found } }),
      onRecovered: (lines) => lost(lines, "log.access-disk-failed"),
      onBehind: (lines) => lost(lines, "log.access-disk-slow"),
    });
  const file = dir === null ? null : fileIn(dir);
  return {
    write: (text, lines, dropped) => {
      if (lines > 0 && file !== null) file.take(text, lines);
      else if (lines > 0 && out.unreadBytes() <= mostUnreadBytes) out.write(text);
      else if (lines > 0) lost(lines, "log.access-output-slow");
      if (dropped > 0) lost(dropped, "log.access-master-slow");
    },
    close: async () => file?.close(closeWithinMs),
  };
};

const dayMs = 86_400_000;
const closeWithinMs = 3_000;

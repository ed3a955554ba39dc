import { createLogger, format, transports } from "winston";
import { systemCodeOf } from "./home-error.ts";
import { createLogDisk } from "./log-disk.ts";
import { logFileName } from "./log-files.ts";
import { makeFolder } from "./make-folder.ts";

/** winston's rotating file, and how much of what it was given is not settled yet. */
export interface LogWriter {
  readonly pendingBytes: () => number;
  write(line: string): void;
  /** Off: the file grows past its size. */
  setRotation(on: boolean): void;
  /** Resolves when winston has flushed; only sure to come when nothing is pending. */
  end(): Promise<void>;
  discard(): void;
}

export interface LogWriterOptions {
  readonly dir: string;
  readonly maxBytes: number;
  /** Files, the current one included; at least 2. */
  readonly keep: number;
  readonly nowMs: () => number;
  readonly reopenMs: number;
  /** So many bytes are on the disk, or lost with what the disk said. */
  readonly onSettled: (settled: Settled) => void;
  /** winston has given up for good: it could not look at its file. */
  readonly onBroken: (found: string) => void;
}

export interface Settled {
  readonly lostLines: number;
  /** null: all of it is on the disk. */
  readonly found: string | null;
}

/** Throws what the system says when the folder cannot be made. */
export const createLogWriter = (options: LogWriterOptions): LogWriter => {
  const { dir, maxBytes, keep, nowMs, reopenMs, onSettled, onBroken } = options;
  let pendingBytes = 0;
  const settle = (bytes: number, settled: Settled): void => {
    pendingBytes -= bytes;
    onSettled(settled);
  };
  const disk = createLogDisk({
    nowMs,
    reopenMs,
    onWritten: (bytes) => settle(bytes, { lostLines: 0, found: null }),
    onLost: (bytes, lostLines, found) => settle(bytes, { lostLines, found }),
  });
  makeFolder(dir, 0o700);
  const file = new transports.File({
    dirname: dir,
    filename: logFileName,
    maxsize: maxBytes,
    maxFiles: keep,
    tailable: true,
    eol: "\n",
    options: { flags: "a", mode: 0o600, fs: disk },
  });
  const logger = createLogger({ level: "info", format: format.printf(({ message }) => String(message)), transports: [file] });
  logger.on("error", (error: unknown) => onBroken(systemCodeOf(error)));
  return {
    pendingBytes: () => pendingBytes,
    write: (line) => {
      pendingBytes += Buffer.byteLength(line) + 1;
      logger.write({ level: "info", message: line });
    },
    setRotation: (on) => {
      file.maxsize = on ? maxBytes : null;
    },
    end: () =>
      new Promise((resolve) => {
        logger.once("finish", () => resolve());
        logger.end();
      }),
    discard: () => {
      logger.close();
    },
  };
};



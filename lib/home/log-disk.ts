import { close, mkdir, open, write } from "node:fs";
import { devNull } from "node:os";
import { dirname } from "node:path";
import { foundWhat } from "./home-error.ts";

/**
 * The file system as the log's write stream sees it: it never fails. A stream that has failed once is dead for good and
 * winston does not notice, so what cannot be written is counted as lost here, and the next write tries again.
 */
export interface LogDisk {
  open(path: string, flags: string, mode: number, callback: (error: Error | null, fd?: number) => void): void;
  write(fd: number, data: Buffer, offset: number, length: number, at: unknown, callback: Written<Buffer>): void;
  writev(fd: number, data: readonly Buffer[], at: unknown, callback: Written<readonly Buffer[]>): void;
  close(fd: number, callback: (error?: Error | null) => void): void;
}

type Written<T> = (error: Error | null, bytes: number, data: T) => void;

export interface LogDiskOptions {
  readonly onWritten: (bytes: number) => void;
  /** `found`: a word for what the disk said. */
  readonly onLost: (bytes: number, lines: number, found: string) => void;
  readonly nowMs: () => number;
  /** How long a file that could not be opened is left alone. */
  readonly reopenMs: number;
}

export const createLogDisk = ({ onWritten, onLost, nowMs, reopenMs }: LogDiskOptions): LogDisk => {
  const targets = new Map<number, Target>();

  const reopen = (target: Target, done: () => void): void => {
    if (target.fd !== null || nowMs() < target.reopenAtMs) return done();
    openFile(target.path, target.flags, target.mode, (error, fd) => {
      target.fd = fd ?? null;
      if (error !== null) {
        target.reopenAtMs = nowMs() + reopenMs;
        target.found = foundWhat(error);
      }
      done();
    });
  };

  const put = (target: Target, data: Buffer, done: () => void): void =>
    reopen(target, () => {
      const lose = (found: string): void => {
        onLost(data.length, linesIn(data), found);
        done();
      };
      if (target.fd === null) return lose(target.found);
      const whole = target.half ? Buffer.concat([lineEnd, data]) : data;
      writeAll(target.fd, whole, (error, bytes) => {
        if (error === null) {
          target.half = false;
          onWritten(data.length);
          return done();
        }
        // Half a line is on the disk: the next one must not be glued to it.
        if (bytes > 0) target.half = true;
        lose(foundWhat(error));
      });
    });

  return {
    open: (path, flags, mode, callback) => {
      openFile(path, flags, mode, (error, fd) => {
        const target = { path, flags, mode, fd: fd ?? null, half: false, found: foundWhat(error), reopenAtMs: 0 };
        if (fd !== undefined) {
          targets.set(fd, target);
          return callback(null, fd);
        }
        open(devNull, "w", (_, standIn) => {
          if (standIn === undefined) return callback(error);
          targets.set(standIn, { ...target, reopenAtMs: nowMs() + reopenMs });
          callback(null, standIn);
        });
      });
    },
    write: (fd, data, offset, length, _at, callback) => {
      const target = targets.get(fd);
      const done = (): void => callback(null, length, data);
      if (target === undefined) return done();
      put(target, data.subarray(offset, offset + length), done);
    },
    writev: (fd, data, _at, callback) => {
      const target = targets.get(fd);
      const whole = Buffer.concat(data);
      const done = (): void => callback(null, whole.length, data);
      if (target === undefined) return done();
      put(target, whole, done);
    },
    close: (fd, callback) => {
      const target = targets.get(fd);
      targets.delete(fd);
      const real = target?.fd ?? null;
      if (real === null || real === fd) return close(fd, callback);
      close(real, () => close(fd, callback));
    },
  };
};

interface Target {
  readonly path: string;
  readonly flags: string;
  readonly mode: number;
  /** null while the file cannot be opened: the stream then holds the null device. */
  fd: number | null;
  half: boolean;
  found: string;
  reopenAtMs: number;
}

type Opened = (error: Error | null, fd?: number) => void;

/** The folder may have been removed meanwhile. */
const openFile = (path: string, flags: string, mode: number, callback: Opened): void => {
  mkdir(dirname(path), { mode: 0o700 }, () => open(path, flags, mode, callback));
};

/** `bytes`: how many of them are on the disk when it failed. */
const writeAll = (fd: number, data: Buffer, callback: (error: Error | null, bytes: number) => void, from = 0): void => {
  write(fd, data, from, data.length - from, null, (error, bytes) => {
    if (error !== null) return callback(error, from);
    const written = from + bytes;
    if (written >= data.length) return callback(null, written);
    writeAll(fd, data, callback, written);
  });
};

const lineEnd = Buffer.from("\n");
const linesIn = (data: Buffer): number => data.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0);

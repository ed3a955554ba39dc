import { watch, type FSWatcher } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { openLogFiles, type OpenLogFile } from "./log-files.ts";

/** Where to begin; the file stays the caller's. */
export interface LogPosition extends OpenLogFile {
  readonly offset: number;
}

/**
 * The lines written after `start` (null: all that will be there), as they come, through any rotation, until the signal.
 * What was rotated away before it could be read is passed over.
 */
export async function* followLines(
  dir: string,
  start: LogPosition | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  const waker = createWaker(dir, signal);
  let current = start === null ? null : tailOf(start, start.offset);
  const leave = async (): Promise<void> => {
    if (current !== null && current.handle !== start?.handle) await current.handle.close();
  };
  try {
    while (signal?.aborted !== true) {
      const newer = await openLogFiles(dir, current?.inode ?? null);
      // First what is left of the current file: it is complete once a newer one is there.
      if (current !== null) yield* readNew(current);
      for (const file of newer.toReversed()) {
        await leave();
        current = tailOf(file, 0);
        yield* readNew(current);
      }
      await waker.wait();
    }
  } finally {
    waker.close();
    await leave();
  }
}

interface Tail extends OpenLogFile {
  offset: number;
  /** The beginning of a line whose end is not written yet. */
  rest: Buffer;
}

const tailOf = ({ handle, inode }: OpenLogFile, offset: number): Tail => ({
  handle,
  inode,
  offset,
  rest: Buffer.alloc(0),
});

async function* readNew(tail: Tail): AsyncGenerator<string, void> {
  if ((await tail.handle.stat()).size < tail.offset) Object.assign(tail, { offset: 0, rest: Buffer.alloc(0) });
  for (;;) {
    const block = await readFrom(tail.handle, tail.offset);
    if (block.length === 0) return;
    tail.offset += block.length;
    const whole = Buffer.concat([tail.rest, block]);
    const end = whole.lastIndexOf(0x0a) + 1;
    tail.rest = whole.subarray(end);
    yield* whole
      .toString("utf8", 0, end)
      .split("\n")
      .filter((line) => line !== "");
  }
}

const readFrom = async (handle: FileHandle, offset: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(64 * 1024);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
  return buffer.subarray(0, bytesRead);
};

interface Waker {
  /** Until something may have changed in the folder, the poll's time is over, or the signal came. */
  wait(): Promise<void>;
  close(): void;
}

/** Watching is quick where it works; not on every file system, and not when the system's watches are used up. */
const createWaker = (dir: string, signal: AbortSignal | undefined): Waker => {
  let changed = false;
  let wake = (): void => {};
  const poke = (): void => {
    changed = true;
    wake();
  };
  let watcher: FSWatcher | null = null;
  const tryToWatch = (): void => {
    if (watcher !== null) return;
    try {
      watcher = watch(dir, poke);
      watcher.on("error", () => {});
    } catch {
      // The folder is not there yet, or cannot be watched: the poll goes on.
    }
  };
  signal?.addEventListener("abort", poke, { once: true });
  tryToWatch();
  return {
    wait: async () => {
      tryToWatch();
      if (!changed && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      changed = false;
    },
    close: () => {
      watcher?.close();
      signal?.removeEventListener("abort", poke);
    },
  };
};

const pollMs = 500;

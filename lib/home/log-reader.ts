import type { FileHandle } from "node:fs/promises";
import { openLogFiles, type OpenLogFile } from "./log-files.ts";
import { followLines } from "./log-follow.ts";
import { endOfLastLine, linesBackwards } from "./log-backwards.ts";
import { type LogFilter, type LogLine, passesOf } from "../protocol/log-line.ts";
import { parseLogLine } from "./log-line.ts";

export interface ReadLogOptions {
  /** null: there are no files. */
  readonly dir: string | null;
  /** How many of the newest lines that pass the filter. */
  readonly lines: number;
  readonly filter?: LogFilter;
  /** Goes on with what is written from then on, until the signal. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** How much of the files is looked through for them at most; without it, all. */
  readonly searchedBytes?: number;
}

/** The last lines over all rotated files, oldest first, and then what follows. No folder yet is an empty log. */
export async function* readLog(options: ReadLogOptions): AsyncGenerator<LogLine, void> {
  const { dir, lines, filter = {}, follow = false, signal, searchedBytes = Number.POSITIVE_INFINITY } = options;
  const passes = passesOf(filter);
  if (dir === null) return;
  const [newest, ...older] = await openLogFiles(dir);
  try {
    // A line that is being written is left to the follower, which reads it whole.
    const end = newest === undefined ? 0 : await endOfLastLine(newest.handle, (await newest.handle.stat()).size);
    yield* await collect(newest, end, older, { lines, searchedBytes }, passes);
    if (!follow) return;
    const start = newest === undefined ? null : { ...newest, offset: end };
    for await (const text of followLines(dir, start, signal)) {
      const line = parseLogLine(text);
      if (line !== null && passes(line)) yield line;
    }
  } finally {
    await newest?.handle.close();
  }
}

type Passes = (line: LogLine) => boolean;

const collect = async (
  newest: OpenLogFile | undefined,
  end: number,
  older: readonly OpenLogFile[],
  { lines, searchedBytes }: { readonly lines: number; readonly searchedBytes: number },
  passes: Passes,
): Promise<readonly LogLine[]> => {
  const found: LogLine[] = [];
  let searched = 0;
  const take = async (handle: FileHandle, upTo: number): Promise<void> => {
    if (found.length >= lines) return;
    for await (const text of linesBackwards(handle, upTo)) {
      if ((searched += text.length) > searchedBytes) return;
      const line = parseLogLine(text);
      if (line !== null && passes(line) && found.push(line) >= lines) return;
    }
  };
  try {
    if (newest !== undefined) await take(newest.handle, end);
    for (const { handle } of older) await take(handle, (await handle.stat()).size);
  } finally {
    await Promise.all(older.map(({ handle }) => handle.close()));
  }
  return found.reverse();
};

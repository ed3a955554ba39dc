import { type LogFilter, type LogLine, passesOf } from "../protocol/log-line.ts";

/** The last lines of a log that has no files, for the panel: a few hundred, and no more memory than a file's tail. */
export interface RecentLines {
  push(line: LogLine): void;
  /** The newest that pass, oldest first. */
  read(lines: number, filter: LogFilter): readonly LogLine[];
}

export const createRecentLines = (): RecentLines => {
  let kept: LogLine[] = [];
  let characters = 0;
  return {
    push: (line) => {
      kept.push(line);
      characters += line.message.length;
      if (kept.length <= mostLines && characters <= mostCharacters) return;
      // Half of them at once: moving an array for every line costs more than the line.
      kept = kept.slice(-Math.floor(kept.length / 2));
      characters = kept.reduce((sum, { message }) => sum + message.length, 0);
    },
    read: (lines, filter) => kept.filter(passesOf(filter)).slice(-lines),
  };
};

const mostLines = 2_000;
const mostCharacters = 1024 * 1024;

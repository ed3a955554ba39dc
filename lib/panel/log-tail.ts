import type { LogLine } from "../protocol/log-line.ts";
import type { LiveEvents } from "./shapes.ts";

/** New lines of the log for those who look, a few times a second; of a flood as much as is read, and how much is missing. */
export interface LogTail {
  push(line: LogLine): void;
}

export interface LogTailDependencies {
  readonly isWatched: () => boolean;
  readonly tell: (lines: LiveEvents["lines"]) => void;
  readonly after: (ms: number, due: () => void) => void;
}

export const createLogTail = ({ isWatched, tell, after }: LogTailDependencies): LogTail => {
  let lines: LogLine[] = [];
  let characters = 0;
  let missed = 0;
  let isDue = false;
  const flush = (): void => {
    const told = { lines, missed };
    [lines, characters, missed, isDue] = [[], 0, 0, false];
    tell(told);
  };
  return {
    push: (line) => {
      if (!isWatched()) return;
      if (lines.length < mostLines && characters < mostCharacters) lines.push(line);
      else missed++;
      characters += line.message.length;
      if (isDue) return;
      isDue = true;
      after(everyMs, flush);
    },
  };
};

const everyMs = 400;
const mostLines = 100;
/** A line has up to 16 kB. */
const mostCharacters = 32 * 1024;

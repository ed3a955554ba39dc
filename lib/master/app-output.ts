import type { OutputLine } from "../protocol/black-box.ts";

/** Cuts what an app writes into lines, bounded: a program that never ends its line must not fill the master. */
export interface AppOutput {
  write(stream: "out" | "err", chunk: string): void;
  /** Ends unfinished lines: the process is gone. */
  flush(): void;
  /** The last line it wrote to stderr that says something, for the message when it dies without a word. */
  lastWords(): string | null;
  /** The last lines, bounded, for its black box. */
  lastLines(): readonly OutputLine[];
  /** What V8 ("FATAL ERROR: …") or the worker's own watchdog said when it gave up. */
  fatalError(): string | null;
}

export const createAppOutput = (line: (stream: "out" | "err", text: string) => void): AppOutput => {
  const rest = { out: "", err: "" };
  let lastWords: string | null = null;
  let fatalError: string | null = null;
  const lastLines: OutputLine[] = [];
  const keep = (stream: "out" | "err", text: string): void => {
    if (stream === "err" && /^FATAL ERROR: |^dashd: one turn /.test(text)) fatalError = text.slice(0, longestKept);
    // V8's own stack, thirty lines of addresses, would push out what the app said.
    if (!/\S/.test(text) || /^\s*\d+: 0x[0-9a-f]+ |^-+ Native stack trace/.test(text)) return;
    lastLines.push({ stream, text: text.slice(0, longestKept) });
    if (lastLines.length > linesKept) lastLines.shift();
  };
  const emit = (stream: "out" | "err", text: string): void => {
    keep(stream, text);
    if (stream === "err" && /\S/.test(text) && !/^\s+at |^Node\.js v/.test(text)) lastWords = text.trim();
    line(stream, text);
  };
  return {
    write: (stream, chunk) => {
      const lines = (rest[stream] + chunk).split("\n");
      const unfinished = lines.pop() ?? "";
      for (const text of lines) emit(stream, text);
      if (unfinished.length > longestLine) {
        emit(stream, unfinished);
        rest[stream] = "";
      } else rest[stream] = unfinished;
    },
    flush: () => {
      for (const stream of ["out", "err"] as const) {
        if (rest[stream] !== "") emit(stream, rest[stream]);
        rest[stream] = "";
      }
    },
    lastWords: () => lastWords,
    lastLines: () => lastLines,
    fatalError: () => fatalError,
  };
};

const longestLine = 16 * 1024;
const linesKept = 30;
const longestKept = 500;

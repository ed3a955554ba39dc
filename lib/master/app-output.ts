/** Cuts what an app writes into lines, bounded: a program that never ends its line must not fill the master. */
export interface AppOutput {
  write(stream: "out" | "err", chunk: string): void;
  /** Ends unfinished lines: the process is gone. */
  flush(): void;
  /** The last line it wrote to stderr that says something, for the message when it dies without a word. */
  lastWords(): string | null;
}

export const createAppOutput = (line: (stream: "out" | "err", text: string) => void): AppOutput => {
  const rest = { out: "", err: "" };
  let lastWords: string | null = null;
  const emit = (stream: "out" | "err", text: string): void => {
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
  };
};

const longestLine = 16 * 1024;

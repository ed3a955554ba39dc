import type { CliIo } from "./io.ts";

/** Progress of a command that waits: what it is at, and on a terminal for how long already. */
export interface ProgressShown {
  /** What it is at from now on. */
  at(text: string): void;
  /** The same, but said only where it lasts: a line for what is over at once would be noise. */
  soon(text: string): void;
  end(): void;
}

export const createProgress = (io: Pick<CliIo, "progress" | "redraws">): ProgressShown => {
  let timer: NodeJS.Timeout | undefined;
  let waiting: string | null = null;
  let isShown = false;

  const at = (text: string): void => {
    clearInterval(timer);
    isShown = true;
    waiting = null;
    io.progress(text);
    if (!io.redraws) return;
    let seconds = 0;
    timer = setInterval(() => io.progress(`${text} (${++seconds} s)`), 1000).unref();
  };
  return {
    at,
    soon: (text) => {
      if (isShown) return at(text);
      if (waiting === null) timer = setTimeout(() => waiting !== null && at(waiting), silentAtMostMs).unref();
      waiting = text;
    },
    end: () => {
      clearInterval(timer);
      waiting = null;
      io.progress(null);
    },
  };
};

/** While this takes longer than a moment, it is said. */
export const whileAt = async <T>(
  io: Pick<CliIo, "progress" | "redraws">,
  text: string,
  work: () => Promise<T>,
): Promise<T> => {
  const progress = createProgress(io);
  progress.soon(text);
  try {
    return await work();
  } finally {
    progress.end();
  }
};

const silentAtMostMs = 1000;

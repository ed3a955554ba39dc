import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks again and again until the answer is there, and gives it. What is null, undefined or false is not there yet; what
 * throws is not there yet either, and its message is told when the deadline passes.
 */
export const until = async <T>(
  what: string,
  ask: () => T | Promise<T>,
  { deadlineMs = 30_000, everyMs = 25 }: Patience = {},
): Promise<Exclude<T, null | undefined | false>> => {
  const endsAtMs = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (isThere(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    if (performance.now() >= endsAtMs)
      throw new Error(`waited ${deadlineMs} ms for ${what}; last seen: ${String(last)}`);
    await pause(everyMs);
  }
};

/** Gives up on a promise after a while; the promise itself goes on. */
export const within = async <T>(what: string, deadlineMs: number, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${deadlineMs} ms for ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

interface Patience {
  readonly deadlineMs?: number;
  readonly everyMs?: number;
}

const isThere = <T>(answer: T): answer is Exclude<T, null | undefined | false> =>
  answer !== null && answer !== undefined && answer !== false;

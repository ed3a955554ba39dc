import type { CacheLoad } from "../../protocol/app-cache.ts";
import { CacheError } from "./cache-error.ts";
import type { Wish } from "./wish.ts";

/** The app's own load, given up on after its time; it goes on, unless it listens to the signal. */
export const runLoad = async (
  { key, timeoutMs }: Pick<Wish, "key" | "timeoutMs">,
  load: CacheLoad<unknown>,
): Promise<unknown> => {
  const giveUp = new AbortController();
  let isDone = false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const stop = (): void => {
      if (isDone) return;
      const error = new CacheError("E_CACHE_TIMEOUT", `${JSON.stringify(key)} was not loaded within ${timeoutMs} ms`);
      reject(error);
      giveUp.abort(error);
    };
    // What arrived while the loop was busy is read first.
    timer = setTimeout(() => setImmediate(stop), Math.min(timeoutMs, longestTimerMs));
  });
  // Whoever wins the race, the other may still fail.
  late.catch(() => undefined);
  try {
    return await Promise.race([(async () => load({ signal: giveUp.signal }))(), late]);
  } finally {
    isDone = true;
    clearTimeout(timer);
  }
};

/** Beyond it a timer fires at once (TRAPS 33). */
const longestTimerMs = 2_147_483_647;

import type { Wanted } from "./asked.ts";
import type { StoredAnswer } from "./stored-answer.ts";

/** What a kept answer is good for now: given as it is, given while it is brought up to date, or not given. Pure. */
export const useOf = (found: Judged, wanted: Wanted | null, atMs: number): Use => {
  const ttlMs = found.ttlMs(atMs);
  if (wanted !== null) {
    const isWanted = found.ageMs(atMs) <= wanted.maxAgeSec * 1000 && ttlMs >= wanted.minFreshSec * 1000;
    // A reload reaches the app, but a hundred of them only once a second: RFC 9111, 5.2.1 leaves it to the cache.
    if (!isWanted && (ttlMs <= 0 || atMs - found.storedAtMs >= reloadEveryMs)) return "none";
  }
  if (ttlMs > 0) return "fresh";
  return found.servesStale(atMs) ? "stale" : "none";
};

export type Use = "fresh" | "stale" | "none";

type Judged = Pick<StoredAnswer, "ttlMs" | "ageMs" | "servesStale" | "storedAtMs">;

const reloadEveryMs = 1_000;

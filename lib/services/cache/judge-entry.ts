import type { Wish } from "./wish.ts";

/**
 * What a value that some layer has is good for. `fresh`: given. `stale`: given while it is loaded anew in the background.
 * `spare`: given only where it cannot be loaded anew. `none`: too old for anything.
 */
export type Use = "fresh" | "stale" | "spare" | "none";

export interface Found {
  readonly ageMs: number;
  /** No tag of it has been invalidated since it was loaded. */
  readonly isValid: boolean;
  /** The last attempt to load it anew has failed: nobody waits for the next one. */
  readonly sourceFails: boolean;
}

/** Pure. */
export const judgeEntry = (
  { ageMs, isValid, sourceFails }: Found,
  { ttlMs, staleMs, keepMs }: Pick<Wish, "ttlMs" | "staleMs" | "keepMs">,
): Use => {
  if (ageMs > keepMs) return "none";
  if (isValid && ageMs <= ttlMs) return "fresh";
  if (sourceFails || (isValid && ageMs <= ttlMs + staleMs)) return "stale";
  return "spare";
};

/** When a load that has failed so many times in a row may be tried again. Pure. */
export const retryAfterMs = (failures: number): number => Math.min(longestRetryMs, 1_000 * 2 ** (failures - 1));

const longestRetryMs = 10_000;

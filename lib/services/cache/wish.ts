import type { CacheOptions } from "../../protocol/app-cache.ts";
import { CacheError } from "./cache-error.ts";

/** What a caller asked for, checked; times in ms. */
export interface Wish {
  readonly key: string;
  readonly ttlMs: number;
  readonly staleMs: number;
  /** Older than that, a value is good for nothing. */
  readonly keepMs: number;
  readonly timeoutMs: number;
  readonly tags: readonly string[];
}

/** Throws E_CACHE_OPTIONS for what nobody can mean. */
export const wishOf = (key: string, options: CacheOptions): Wish => {
  const { ttl, stale = 0, staleIfError = daySec, tags = [], timeout = 30 } = options;
  const [ttlMs, staleMs, errorMs] = [
    milliseconds("ttl", ttl),
    milliseconds("stale", stale),
    milliseconds("staleIfError", staleIfError),
  ];
  const timeoutMs = milliseconds("timeout", timeout);
  if (timeoutMs === 0) throw wrong("timeout", timeout, "more than 0 seconds");
  return {
    key: checkName("key", key),
    ttlMs,
    staleMs,
    keepMs: ttlMs + Math.max(staleMs, errorMs),
    timeoutMs,
    tags: checkTags(tags),
  };
};

export const checkTags = (tags: readonly string[]): readonly string[] => {
  if (!Array.isArray(tags) || tags.length > mostTags) throw wrong("tags", tags, `up to ${mostTags} names`);
  return [...new Set(tags.map((tag) => checkName("tag", tag)))];
};

/** PostgreSQL keeps no NUL in a text; in UTF-8 every half of a surrogate pair is the same, and keys would be taken for each other. */
const checkName = (what: string, name: unknown): string => {
  const isGood = typeof name === "string" && name !== "" && name.length <= longestName && !unwritable.test(name);
  if (!isGood) throw wrong(what, name, `a text of 1 to ${longestName} characters, no NUL and no half of one`);
  return name;
};

const unwritable = /\0|\p{Surrogate}/u;

const milliseconds = (what: string, sec: unknown): number => {
  if (typeof sec !== "number" || !(sec >= 0) || sec > longestSec) throw wrong(what, sec, `0 to ${longestSec} seconds`);
  return Math.round(sec * 1_000);
};

const wrong = (what: string, found: unknown, allowed: string): CacheError =>
  new CacheError("E_CACHE_OPTIONS", `${what} of the cache is ${shown(found)}; allowed: ${allowed}`);

const shown = (found: unknown): string => {
  const text = typeof found === "string" ? JSON.stringify(found) : String(found);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const daySec = 86_400;
const longestSec = 30 * daySec;
const longestName = 1_024;
const mostTags = 32;

import type { ResponseCacheFigures } from "../protocol/snapshot.ts";
import type { ResponseCacheBeat } from "../protocol/worker-messages.ts";
import type { WorkerRecord } from "./worker-record.ts";

export type ResponseCacheTotals = Pick<ResponseCacheFigures, "hits" | "stale" | "misses" | "stored" | "hitRate">;

/** The response caches of all workers as status shows them. Pure. */
export const responseCacheFigures = (
  totals: ResponseCacheTotals,
  records: readonly Pick<WorkerRecord, "state" | "beat">[],
): ResponseCacheFigures => {
  const kept = records.flatMap(({ state, beat }) => (state === "ended" ? [] : (beat?.responseCache?.bytes ?? [])));
  return { state: kept.length > 0 ? "on" : "off", ...totals, bytes: kept.reduce((sum, bytes) => sum + bytes, 0) };
};

export const addCounts = (sum: ResponseCacheCounts, more: Omit<ResponseCacheBeat, "bytes"> | null): void => {
  if (more === null) return;
  sum.hits += more.hits;
  sum.stale += more.stale;
  sum.misses += more.misses;
  sum.stored += more.stored;
};

/** Of all answers that ask to be kept, those that were given without the app. */
export const hitRateOf = ({ hits, stale, misses }: ResponseCacheCounts): number | null => {
  const asked = hits + stale + misses;
  return asked === 0 ? null : Math.round(((hits + stale) / asked) * 10_000) / 10_000;
};

export const noCounts = (): ResponseCacheCounts => ({ hits: 0, stale: 0, misses: 0, stored: 0 });

export type ResponseCacheCounts = { -readonly [K in "hits" | "stale" | "misses" | "stored"]: number };

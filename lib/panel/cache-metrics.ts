import type { Snapshot } from "../protocol/snapshot.ts";
import { counter, type Family, gauge, one } from "./metric-family.ts";

/** Both caches over all workers; no sample of one that is off, or that no app has used. Pure. */
export const cacheFamilies = ({ cache, responseCache }: Snapshot): readonly Family[] => {
  const kept = responseCache.state === "off" ? null : responseCache;
  return [
    counter(
      "dashd_cache_lookups_total",
      "Looks at a layer of the app's cache: a hit, a stale value that was given, a miss, an error.",
      layers.flatMap((layer) =>
        lookups.flatMap(([result, count]) => one(cache?.[layer][count] ?? null, { layer, result })),
      ),
    ),
    counter("dashd_cache_loads_total", "How often the app was asked to load a value.", one(cache?.loads ?? null)),
    counter("dashd_cache_load_errors_total", "How often it could not.", one(cache?.loadErrors ?? null)),
    gauge("dashd_cache_memory_bytes", "Values in the memory of all workers.", one(cache?.bytes ?? null)),
    gauge("dashd_cache_memory_entries", "How many those are.", one(cache?.entries ?? null)),
    counter(
      "dashd_response_cache_answers_total",
      "Answers that ask to be kept: given fresh, given stale, or made by the app.",
      answers.flatMap(([result, count]) => one(kept?.[count] ?? null, { result })),
    ),
    counter("dashd_response_cache_stored_total", "Answers of the app that were kept.", one(kept?.stored ?? null)),
    gauge("dashd_response_cache_bytes", "Kept answers of all workers.", one(kept?.bytes ?? null)),
  ];
};

const layers = ["memory", "redis", "postgres"] as const;
const answers = [
  ["hit", "hits"],
  ["stale", "stale"],
  ["miss", "misses"],
] as const;
const lookups = [...answers, ["error", "errors"]] as const;

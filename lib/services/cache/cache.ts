import type { Redis } from "ioredis";
import type { Cache, CacheEntry, CacheLoad } from "../../protocol/app-cache.ts";
import type { CacheInvalidation } from "../../protocol/invalidation.ts";
import type { CacheBeat } from "../../protocol/worker-messages.ts";
import { listenToBus } from "./bus.ts";
import { createCounts } from "./counts.ts";
import { createInvalidations } from "./invalidations.ts";
import { judgeEntry } from "./judge-entry.ts";
import { createMemory } from "./memory.ts";
import { createObtain } from "./obtain.ts";
import { createShared } from "./shared.ts";
import type { SnapshotPool } from "./snapshot-table.ts";
import { createSnapshots } from "./snapshots.ts";
import { createTagMarks } from "./tag-marks.ts";
import { checkTags, wishOf, type Wish } from "./wish.ts";

/**
 * The cache of one worker, over lru-cache and the clients of `services`. Measured before it was written: bentocache 1.6 costs
 * each worker 240 ms of CPU to load (lru-cache 8), takes 49 µs for a hit of 9 kB since its byte bound wants text in memory
 * (a frozen value 0.1), asks Redis within a hit for a tag it has not at hand, and knows neither a lock over processes nor
 * ages.
 */
export interface CacheService {
  readonly cache: Cache;
  /** Settles when it hears what other instances invalidate, or Redis cannot be had. */
  readonly listens: Promise<unknown>;
  /** For the beat: counts since it was last asked. */
  take(): CacheBeat;
  /** Another worker of this instance has invalidated tags. */
  hear(message: Pick<CacheInvalidation, "tags" | "unheard">): void;
  /** Writes what snapshots still wait, bounded. */
  close(): Promise<void>;
}

export interface CacheNeeds {
  /** Under which Redis and PostgreSQL keep this app's values, apart from those of others. */
  readonly app: string;
  readonly redis: Redis | null;
  readonly postgres: SnapshotPool | null;
  /** Of this worker's memory. */
  readonly maxBytes?: number;
  readonly isLeader: () => boolean;
  readonly tell: (message: CacheInvalidation) => void;
  /** A line for the log. */
  readonly warn: (text: string) => void;
  /** The monotonic clock, in ms. */
  readonly now?: () => number;
}

export const createCache = (needs: CacheNeeds): CacheService => {
  const { app, redis, postgres, maxBytes = memoryBytes, isLeader, tell, warn, now = () => performance.now() } = needs;
  const counts = createCounts();
  const marks = createTagMarks();
  const memory = createMemory(maxBytes);
  const shared = redis === null ? null : createShared({ redis, prefix: `dashd:cache:${app}`, now });
  const snapshots =
    postgres === null
      ? null
      : createSnapshots({
          pool: postgres,
          app,
          isLeader,
          now,
          failed: () => counts.layer("postgres", "errors"),
          tell: warn,
        });
  const invalidations = createInvalidations({
    marks,
    shared,
    tell,
    heard: (tags) => snapshots?.invalidate(tags),
  });
  const listens =
    redis === null || shared === null
      ? Promise.resolve()
      : Promise.all([
          listenToBus({ redis, channel: shared.channel, heard: invalidations.hearFromBus, missed: marks.doubtAll }),
          shared.begin(),
        ]);
  const flights = new Map<string, Flight>();
  const planned = new Set<string>();
  const obtain = createObtain({ counts, marks, memory, shared, snapshots, invalidations, now });

  const take = (wish: Wish, load: CacheLoad<unknown>, isRefresh: boolean): Flight => {
    const flight = { began: marks.mark(), got: obtain(wish, load, isRefresh ? null : () => refresh(wish, load)) };
    flights.set(wish.key, flight);
    const land = (): void => {
      if (flights.get(wish.key) === flight) flights.delete(wish.key);
    };
    flight.got.then(land, land);
    return flight;
  };
  const refresh = (wish: Wish, load: CacheLoad<unknown>): void => {
    if (planned.has(wish.key)) return;
    planned.add(wish.key);
    // After this turn: the flight that found it stale is still under way.
    setImmediate(() => {
      planned.delete(wish.key);
      if (!flights.has(wish.key)) take(wish, load, true).got.catch(() => undefined);
    });
  };

  /** Out of memory at once, or null. */
  const atHand = (wish: Wish, load: CacheLoad<unknown>): CacheEntry<unknown> | null => {
    const kept = memory.get(wish.key);
    if (kept === null) return null;
    const ageMs = now() - kept.loadedAtMs;
    const isValid = marks.isValid(kept.tags, kept.mark);
    const use = judgeEntry({ ageMs, isValid, sourceFails: kept.failures > 0 }, wish);
    if (use !== "fresh" && use !== "stale") return null;
    if (use === "stale" && now() >= kept.retryAtMs && !flights.has(wish.key)) refresh(wish, load);
    counts.layer("memory", use === "fresh" ? "hits" : "stale");
    return { value: kept.value, ageMs: Math.round(ageMs), stale: use === "stale", layer: "memory" };
  };

  const getEntry = async (wish: Wish, load: CacheLoad<unknown>): Promise<CacheEntry<unknown>> => {
    const near = atHand(wish, load);
    if (near !== null) return near;
    counts.layer("memory", "misses");
    const askedAt = marks.mark();
    for (;;) {
      const flight = flights.get(wish.key) ?? take(wish, load, false);
      const got = await flight.got;
      // One that began before its tags were invalidated brings what was to be replaced.
      if (flight.began >= askedAt || marks.isValid(wish.tags, flight.began)) return got;
    }
  };

  return {
    listens,
    cache: {
      get: async (key, options, load) => (await getEntry(wishOf(key, options), load)).value as never,
      getEntry: async (key, options, load) => (await getEntry(wishOf(key, options), load)) as never,
      invalidate: async (tags) => invalidations.invalidate(checkTags(typeof tags === "string" ? [tags] : tags)),
    },
    take: () => ({ ...counts.take(), bytes: memory.bytes(), entries: memory.entries() }),
    hear: invalidations.hear,
    close: async () => snapshots?.close(),
  };
};

interface Flight {
  /** The mark at its start. */
  readonly began: number;
  readonly got: Promise<CacheEntry<unknown>>;
}

/** Sixteen workers make 256 MB of it. */
const memoryBytes = 16 * 1024 * 1024;

import type { CacheLayer } from "../protocol/app-cache.ts";
import type { CacheFigures, CacheLayerFigures } from "../protocol/snapshot.ts";
import type { CacheBeat, CacheLayerCounts } from "../protocol/worker-messages.ts";

/** What the caches of all workers did: in all, and in the last minute. */
export interface CacheTraffic {
  add(beat: CacheBeat, nowMs: number): void;
  /** null: no app has used one yet. */
  figures(nowMs: number): Omit<CacheFigures, "bytes" | "entries"> | null;
}

export const createCacheTraffic = (): CacheTraffic => {
  const totals = { memory: none(), redis: none(), postgres: none(), loads: 0, loadErrors: 0 };
  const seconds: Second[] = [];
  let wasUsed = false;

  const secondAt = (nowMs: number): Second => {
    const atSec = Math.floor(nowMs / 1_000);
    const last = seconds.at(-1);
    if (last?.atSec === atSec) return last;
    const fresh = { atSec, memory: none(), redis: none(), postgres: none() };
    seconds.push(fresh);
    while ((seconds[0]?.atSec ?? atSec) <= atSec - windowSec) seconds.shift();
    return fresh;
  };
  const figuresOf = (layer: CacheLayer, recent: readonly Second[]): CacheLayerFigures => {
    const minute = none();
    for (const second of recent) add(minute, second[layer]);
    const had = minute.hits + minute.stale;
    const asked = had + minute.misses;
    return { ...totals[layer], hitRate: asked === 0 ? null : Math.round((had / asked) * 10_000) / 10_000 };
  };
  return {
    add: (beat, nowMs) => {
      wasUsed = true;
      const second = secondAt(nowMs);
      for (const layer of layers) {
        add(totals[layer], beat[layer]);
        add(second[layer], beat[layer]);
      }
      totals.loads += beat.loads;
      totals.loadErrors += beat.loadErrors;
    },
    figures: (nowMs) => {
      if (!wasUsed) return null;
      const recent = seconds.filter(({ atSec }) => atSec > Math.floor(nowMs / 1_000) - windowSec);
      const { loads, loadErrors } = totals;
      return {
        memory: figuresOf("memory", recent),
        redis: figuresOf("redis", recent),
        postgres: figuresOf("postgres", recent),
        loads,
        loadErrors,
      };
    },
  };
};

type Counting = { -readonly [Name in keyof CacheLayerCounts]: number };

interface Second extends Readonly<Record<CacheLayer, Counting>> {
  readonly atSec: number;
}

const none = (): Counting => ({ hits: 0, stale: 0, misses: 0, errors: 0 });

const add = (to: Counting, counts: CacheLayerCounts): void => {
  to.hits += counts.hits;
  to.stale += counts.stale;
  to.misses += counts.misses;
  to.errors += counts.errors;
};

const layers = ["memory", "redis", "postgres"] as const;
const windowSec = 60;

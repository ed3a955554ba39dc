import type { CacheLayer } from "../../protocol/app-cache.ts";
import type { CacheBeat, CacheLayerCounts } from "../../protocol/worker-messages.ts";

/** Counts until they are taken. */
export interface Counts {
  layer(name: CacheLayer, what: keyof CacheLayerCounts): void;
  loaded(isGood: boolean): void;
  take(): Omit<CacheBeat, "bytes" | "entries">;
}

export const createCounts = (): Counts => {
  let counts = none();
  return {
    layer: (name, what) => {
      counts[name][what] += 1;
    },
    loaded: (isGood) => {
      counts.loads += 1;
      if (!isGood) counts.loadErrors += 1;
    },
    take: () => {
      const taken = counts;
      counts = none();
      return taken;
    },
  };
};

const none = () => ({ memory: layer(), redis: layer(), postgres: layer(), loads: 0, loadErrors: 0 });
const layer = () => ({ hits: 0, stale: 0, misses: 0, errors: 0 });

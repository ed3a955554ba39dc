import assert from "node:assert/strict";
import test from "node:test";
import { createCacheTraffic } from "../../../lib/master/cache-traffic.ts";
import { type CacheInvalidation, gatherInvalidations } from "../../../lib/protocol/invalidation.ts";
import type { CacheBeat } from "../../../lib/protocol/worker-messages.ts";
import { until } from "../../support/until.ts";

const layer = (hits: number, stale: number, misses: number, errors = 0) => ({ hits, stale, misses, errors });
const beat = (memory: CacheBeat["memory"], redis = layer(0, 0, 0)): CacheBeat => ({
  ...{ memory, redis, postgres: layer(0, 0, 0), loads: 1, loadErrors: 0, bytes: 10, entries: 1 },
});

test("counts of the caches add up since the start, hit rates are of the last minute", () => {
  const traffic = createCacheTraffic();
  assert.equal(traffic.figures(0), null, "nobody has used one");
  traffic.add(beat(layer(0, 0, 100)), 1_000);
  traffic.add(beat(layer(6, 3, 1), layer(0, 0, 1, 2)), 62_000);
  const figures = traffic.figures(62_500);
  assert.deepEqual(figures?.memory, { ...layer(6, 3, 101), hitRate: 0.9 });
  assert.deepEqual(figures?.redis, { ...layer(0, 0, 1, 2), hitRate: 0 });
  assert.deepEqual(figures?.postgres, { ...layer(0, 0, 0), hitRate: null });
  assert.equal(figures?.loads, 2);
  assert.equal(traffic.figures(200_000)?.memory.hitRate, null);
});

test("invalidations of one moment go together, the first at once", async () => {
  const sent: CacheInvalidation[] = [];
  const tell = gatherInvalidations((message) => void sent.push(message));
  tell({ type: "invalidate", tags: [["a", "1"]], unheard: false });
  assert.equal(sent.length, 1);
  for (let n = 0; n < 1_000; n++) tell({ type: "invalidate", tags: [[`t${n % 10}`, String(n)]], unheard: false });
  tell({ type: "invalidate", tags: [["b", "2"]], unheard: true });
  await until("the rest", () => sent.length >= 3);
  assert.equal(sent.length, 3);
  const rest = sent.find(({ tags }) => tags.length > 1);
  assert.deepEqual(
    rest?.tags.map(([, id]) => Number(id)),
    Array.from({ length: 10 }, (_, n) => 990 + n),
  );
  assert.deepEqual(
    sent.filter(({ unheard }) => unheard).map(({ tags }) => tags),
    [[["b", "2"]]],
  );
});

import assert from "node:assert/strict";
import test from "node:test";
import type { CacheInvalidation } from "../../../../lib/protocol/invalidation.ts";
import { createCache, type CacheService } from "../../../../lib/services/cache/cache.ts";
import { until } from "../../../support/until.ts";

test("a thousand callers at once make one load, and all are given the same", async () => {
  const { cache, source } = setUp();
  const answers = Promise.all(Array.from({ length: 1_000 }, () => cache.get("k", { ttl: 60 }, source.load)));
  source.settle(1);
  assert.deepEqual(new Set(await answers).size, 1);
  assert.equal(source.loads, 1);
});

test("a stale value is given at once while one load replaces it", async () => {
  const { cache, clock, source } = setUp();
  const get = () => cache.getEntry("k", { ttl: 10, stale: 60 }, source.load);
  source.settle("old");
  assert.deepEqual(await get(), { value: "old", ageMs: 0, stale: false, layer: "source" });
  clock.ms = 10_001;
  source.hold();
  for (let n = 0; n < 5; n++)
    assert.deepEqual(await get(), { value: "old", ageMs: 10_001, stale: true, layer: "memory" });
  await until("the load in the background", () => source.loads === 2);
  assert.equal((await get()).value, "old", "nobody waits for it");
  source.settle("new");
  await until("the new value", async () => (await get()).value === "new");
  assert.equal(source.loads, 2);
});

test("many who find it stale in one moment cause one load, be it done at once", async () => {
  const { cache, clock, source } = setUp();
  source.settle("x");
  const get = () => cache.getEntry("k", { ttl: 10, stale: 60 }, source.load);
  await get();
  clock.ms = 11_000;
  await Promise.all(Array.from({ length: 50 }, get));
  await until("the load in the background", async () => !(await get()).stale);
  assert.equal(source.loads, 2);
});

test("where the source fails, the last value is given, marked stale, and the next callers do not wait for it", async () => {
  const { cache, clock, source } = setUp();
  const get = () => cache.getEntry("k", { ttl: 10 }, source.load);
  source.settle("old");
  await get();
  clock.ms = 20_000;
  source.fail();
  assert.deepEqual(await get(), { value: "old", ageMs: 20_000, stale: true, layer: "memory" });
  assert.equal(source.loads, 2);
  assert.equal((await get()).stale, true);
  assert.equal(source.loads, 2, "not again within the first second");
  clock.ms += 1_001;
  source.hold();
  assert.equal((await get()).stale, true, "nobody waits while it is tried again");
  await until("another try", () => source.loads === 3);
  source.settle("new");
  await until("the new value", async () => !(await get()).stale);
});

test("nothing is given past staleIfError: the caller is told what the load was rejected with", async () => {
  const { cache, clock, source } = setUp();
  const get = () => cache.get("k", { ttl: 10, staleIfError: 60 }, source.load);
  source.fail();
  await assert.rejects(get, { message: "the source is away" });
  source.settle("old");
  await get();
  clock.ms = 70_001;
  source.fail();
  await assert.rejects(get, { message: "the source is away" });
});

test("after an invalidation the value is loaded anew, also where a load was under way", async () => {
  const { cache, source, told } = setUp();
  const get = () => cache.get("k", { ttl: 600, stale: 600, tags: ["stores", "stock"] }, source.load);
  const first = get();
  await cache.invalidate("stock");
  const second = get();
  source.settle("old");
  assert.equal(await first, "old", "who asked before is given what was loaded then");
  source.hold();
  await until("a load that began after it", () => source.loads === 2);
  source.settle("new");
  assert.equal(await second, "new");
  assert.equal(await get(), "new");
  assert.equal(source.loads, 2);
  assert.deepEqual(
    told.map(({ tags, unheard }) => [tags.map(([tag]) => tag), unheard]),
    [[["stock"], false]],
  );
});

test("an invalidation from another worker counts once, and a failing source then gives the old value, marked", async () => {
  const { cache, clock, service, source } = setUp();
  const get = () => cache.getEntry("k", { ttl: 600, tags: ["stores"] }, source.load);
  source.settle("old");
  await get();
  service.hear({ tags: [["other", "1"]], unheard: false });
  assert.equal((await get()).layer, "memory");
  service.hear({ tags: [["stores", "2"]], unheard: false });
  source.fail();
  assert.deepEqual(await get(), { value: "old", ageMs: 0, stale: true, layer: "memory" });
  source.settle("new");
  service.hear({ tags: [["stores", "3"]], unheard: false });
  clock.ms += 1_001;
  await until("the new value", async () => (await get()).value === "new");
  service.hear({ tags: [["stores", "3"]], unheard: false });
  assert.equal((await get()).layer, "memory");
});

test("a load that takes too long is given up, and its signal fires", async () => {
  const { cache } = setUp();
  let signal: AbortSignal | undefined;
  const never = (context: { signal: AbortSignal }) => {
    ({ signal } = context);
    return new Promise<string>(() => undefined);
  };
  await assert.rejects(cache.get("k", { ttl: 1, timeout: 0.02 }, never), { code: "E_CACHE_TIMEOUT", message: /"k"/ });
  assert.equal(signal?.aborted, true);
});

test("a value that JSON does not know is the app's mistake, told as such whatever older value there is", async () => {
  const { cache, clock } = setUp();
  await cache.get("k", { ttl: 1 }, () => 1);
  clock.ms = 2_000;
  await assert.rejects(
    cache.get<unknown>("k", { ttl: 1 }, () => undefined),
    { code: "E_CACHE_VALUE" },
  );
  await assert.rejects(
    cache.get("", { ttl: 1 }, () => 1),
    { code: "E_CACHE_OPTIONS" },
  );
  await assert.rejects(cache.invalidate(""), { code: "E_CACHE_OPTIONS" });
});

test("the figures tell what was asked of memory, and start anew when they are taken", async () => {
  const { cache, clock, service, source } = setUp();
  const get = () => cache.get("k", { ttl: 10, stale: 10 }, source.load);
  source.settle("x");
  await get();
  await get();
  clock.ms = 11_000;
  await get();
  await until("the refresh", () => source.loads === 2);
  const { bytes, ...taken } = service.take();
  const none = { hits: 0, stale: 0, misses: 0, errors: 0 };
  assert.deepEqual(taken, {
    ...{ memory: { hits: 1, stale: 1, misses: 1, errors: 0 }, redis: none, postgres: none },
    ...{ loads: 2, loadErrors: 0, entries: 1 },
  });
  assert.ok(bytes > 0);
  assert.deepEqual(service.take().memory, none);
});

/** A source that answers when it is told to. */
const createSource = (): Source => {
  let answer: (() => Promise<unknown>) | null = null;
  const waiting: (() => void)[] = [];
  const become = (next: () => Promise<unknown>): void => {
    answer = next;
    for (const wake of waiting.splice(0)) wake();
  };
  const source: Source = {
    loads: 0,
    load: async () => {
      source.loads += 1;
      while (answer === null) await new Promise<void>((resolve) => waiting.push(resolve));
      return answer();
    },
    settle: (value) => become(() => Promise.resolve(value)),
    fail: () => become(() => Promise.reject(new Error("the source is away"))),
    hold: () => {
      answer = null;
    },
  };
  return source;
};

interface Source {
  loads: number;
  load(): Promise<unknown>;
  settle(value: unknown): void;
  fail(): void;
  hold(): void;
}

const setUp = (): {
  readonly service: CacheService;
  readonly cache: CacheService["cache"];
  readonly clock: { ms: number };
  readonly source: Source;
  readonly told: CacheInvalidation[];
} => {
  const clock = { ms: 0 };
  const told: CacheInvalidation[] = [];
  const service = createCache({
    ...{ app: "test", redis: null, postgres: null, isLeader: () => true, now: () => clock.ms },
    tell: (message) => void told.push(message),
    warn: assert.fail,
  });
  return { service, cache: service.cache, clock, source: createSource(), told };
};

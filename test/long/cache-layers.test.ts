import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import pg from "pg";
import type { CacheEntry } from "../../lib/protocol/app-cache.ts";
import type { CacheInvalidation } from "../../lib/protocol/invalidation.ts";
import { createCache, type CacheService } from "../../lib/services/cache/cache.ts";
import { createRedis } from "../../lib/services/redis/client.ts";
import { afterwards } from "../support/afterwards.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { postgresMissing, startPostgres, type PostgresServer } from "../support/postgres.ts";
import { redisMissing, startRedis, type RedisServer } from "../support/redis.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;
const missing = redisMissing() || postgresMissing();

describe("the cache over Redis and PostgreSQL", { skip: missing, timeout }, () => {
  it("a thousand callers in sixteen workers make one load, and all are given its value", async (t) => {
    const { workers } = await setUp(t, { count: 16 });
    const source = createSource({ rows: [1, 2, 3] }, 100);
    const get = async (n: number) => workers[n % 16]?.cache.get("k", { ttl: 60, tags: ["t"] }, source.load);
    const values = await Promise.all(Array.from({ length: 1_000 }, (_, n) => get(n)));
    assert.equal(source.loads(), 1);
    for (const value of values) assert.deepEqual(value, { rows: [1, 2, 3] });
  });

  it("a value is the same from the source, from memory, from Redis and from PostgreSQL", async (t) => {
    const { workers, redis, table } = await setUp(t, { count: 3 });
    const [one, two, three] = workers as [CacheService, CacheService, CacheService];
    const given = { at: new Date(0), gone: undefined, odd: Number.NaN, text: "门店 🛒", deep: [{ n: 0.1 }] };
    const source = createSource(given);
    const get = (worker: CacheService) => worker.cache.getEntry("k", { ttl: 60, stale: 60 }, source.load);
    const entries: CacheEntry<unknown>[] = [await get(one), await get(one), await get(two)];
    await until("a snapshot", async () => (await table()).length === 1);
    await redis.command("FLUSHALL");
    entries.push(await get(three));
    assert.deepEqual(
      entries.map(({ layer, stale }) => [layer, stale]),
      [
        ["source", false],
        ["memory", false],
        ["redis", false],
        ["postgres", false],
      ],
    );
    for (const { value } of entries) {
      assert.deepEqual(value, { at: "1970-01-01T00:00:00.000Z", odd: null, text: "门店 🛒", deep: [{ n: 0.1 }] });
      assert.ok(Object.isFrozen(value));
    }
    assert.equal(source.loads(), 1);
    assert.ok((entries[3]?.ageMs ?? 0) >= 1_000, "it knows how old the snapshot is");
  });

  it("a tag invalidated in one worker is loaded anew in all, and once", async (t) => {
    const { workers } = await setUp(t, { count: 8 });
    const source = createSource("v", 20);
    const options = { ttl: 600, stale: 600, tags: ["stores"] };
    const getAll = () => Promise.all(workers.map(({ cache }) => cache.getEntry("k", options, source.load)));
    await getAll();
    const lag = watchHostLag(t);
    const beganMs = performance.now();
    const heardAfterMs = async ({ cache }: CacheService): Promise<number> =>
      until(
        "it to hear",
        async () => {
          const askedMs = performance.now() - beganMs;
          const { ageMs, layer } = await cache.getEntry("k", options, source.load);
          return (layer !== "memory" || ageMs <= askedMs) && askedMs;
        },
        { everyMs: 5 },
      );
    const [, ...heard] = await Promise.all([
      workers[3]?.cache.invalidate("stores"),
      ...workers.map((worker) => heardAfterMs(worker)),
    ]);
    const worstMs = lag.worstMs(beganMs);
    t.diagnostic(`all eight within ${Math.max(...heard).toFixed(0)} ms, host lag ${worstMs.toFixed(0)} ms`);
    assert.ok(Math.max(...heard) <= 100 + 3 * worstMs, heard.join());
    await getAll();
    assert.ok(source.loads() <= 3, `${source.loads()} loads: one that had not heard of it yet may cause another`);
  });

  it("a worker that could not listen for a while believes nothing it has under a tag", async (t) => {
    const { workers, redis } = await setUp(t, { count: 2, linked: false });
    const [here, there] = workers as [CacheService, CacheService];
    const source = createSource("v");
    const get = (worker: CacheService) => worker.cache.getEntry("k", { ttl: 600, tags: ["stores"] }, source.load);
    await get(here);
    await get(there);
    await until("both to listen", async () => (await listeners(redis)) === 2);
    await redis.command("CLIENT", "KILL", "TYPE", "pubsub");
    await there.cache.invalidate("stores");
    await until("both to listen again", async () => (await listeners(redis)) === 2);
    await until("the value anew", async () => (await get(here)).ageMs < 600_000 && source.loads() === 2);
  });

  it("whoever begins hears everything from the first value on, or doubts what it took over before", async (t) => {
    const server = await startRedis(t);
    const { client } = redisOf(t, server);
    const here = serviceOf(t, { redis: client });
    await here.listens;
    assert.equal(await listeners(server), 1);
    server.pause();
    const there = serviceOf(t, { redis: redisOf(t, server).client });
    const source = createSource("v");
    const get = () => there.cache.get("k", { ttl: 600, tags: ["t"] }, source.load);
    await there.listens;
    await get();
    server.resume();
    await until("it to listen", async () => (await listeners(server)) === 2);
    await until("the value anew", async () => (await get()) === "v" && source.loads() === 2);
  });

  it("while Redis is silent, what is in memory does not wait for it, and a miss waits for one deadline at most", async (t) => {
    const { workers, redis } = await setUp(t, { count: 1 });
    const [{ cache }] = workers as [CacheService];
    const get = (key: string, ttl = 60) => cache.getEntry(key, { ttl, tags: ["t"] }, () => key);
    await get("known");
    redis.pause();
    const first = get("unknown");
    const times: number[] = [];
    for (let n = 0; n < 200; n++) {
      const beganMs = performance.now();
      assert.equal((await get("known")).layer, "memory");
      times.push(performance.now() - beganMs);
    }
    const beganMs = performance.now();
    assert.equal((await first).layer, "source");
    const waitedMs = performance.now() - beganMs;
    const second = performance.now();
    assert.equal((await get("another")).layer, "source");
    const nextMs = performance.now() - second;
    t.diagnostic(
      `hit ${Math.max(...times).toFixed(1)} ms at worst, first miss ${waitedMs.toFixed(0)} ms, next ${nextMs.toFixed(1)} ms`,
    );
    assert.ok(Math.max(...times) < waitedMs / 2);
    assert.ok(nextMs < waitedMs / 2, `${nextMs} ms`);
    redis.resume();
  });

  it("what is invalidated while Redis is silent is not believed when it is back, with all it had", async (t) => {
    const { workers, redis } = await setUp(t, { count: 2, linked: false, postgres: false });
    const [here, there] = workers as [CacheService, CacheService];
    const source = createSource("v");
    const get = (worker: CacheService) => worker.cache.getEntry("k", { ttl: 600, tags: ["stores"] }, source.load);
    await get(here);
    await get(there);
    redis.pause();
    await here.cache.invalidate("stores");
    redis.resume();
    await until("the other instance to hear of it", async () => {
      await get(there);
      return source.loads() === 2;
    });
    await get(here);
    await get(there);
    assert.ok(source.loads() <= 3, "and then it is good again");
  });

  it("a Redis that is full, or only to be read, tells nobody that it knows of an invalidation", async (t) => {
    const { workers, redis } = await setUp(t, { count: 3, postgres: false });
    const source = createSource("v");
    const options = { ttl: 600, tags: ["stores"] };
    const get = async (n: number): Promise<unknown> => workers[n]?.cache.get("k", options, source.load);
    await get(0);
    const bus = redisOf(t, redis).client.duplicate({ lazyConnect: true });
    afterwards(t, () => bus.disconnect());
    const words: unknown[] = [];
    bus.on("message", (_channel: string, text: string) => void words.push(...(JSON.parse(text) as unknown[])));
    await bus.subscribe("dashd:cache:test:bus");
    await redis.command("CONFIG", "SET", "maxmemory", "1");
    await workers[1]?.cache.invalidate("stores");
    await get(1);
    await get(2);
    assert.equal(source.loads(), 3, "each for itself: nobody believes what Redis still has");
    await redis.command("CONFIG", "SET", "maxmemory", "0");
    await until("Redis to be told", () => words.length > 0);
    const [[tag, , madeUpFor] = []] = words as (readonly unknown[])[];
    assert.deepEqual([tag, typeof madeUpFor], ["stores", "string"]);
  });

  it("what the master tells of before Redis knows is not believed there meanwhile, and once Redis knows, it is", async (t) => {
    const { workers, redis } = await setUp(t, { count: 2, linked: false, postgres: false });
    const [one, two] = workers as [CacheService, CacheService];
    const source = createSource("v");
    const get = (worker: CacheService) => worker.cache.getEntry("k", { ttl: 600, tags: ["stores"] }, source.load);
    await get(one);
    assert.equal((await get(two)).layer, "redis");
    const told: CacheInvalidation = { type: "invalidate", tags: [["stores", "on its way"]], unheard: false };
    two.hear(told);
    assert.equal((await get(two)).layer, "source");
    const known = String(await redis.command("GET", "dashd:cache:test:t:stores"));
    two.hear({ ...told, tags: [["stores", known]] });
    assert.equal((await get(two)).layer, "redis");
    assert.equal(source.loads(), 2);
  });

  it("whoever begins while Redis takes nothing new believes nothing it has under a tag", async (t) => {
    const { workers, redis } = await setUp(t, { count: 2, postgres: false });
    const source = createSource("v");
    const get = async (service: CacheService | undefined) =>
      service?.cache.getEntry("k", { ttl: 600, tags: ["stores"] }, source.load);
    await get(workers[0]);
    const client = redisOf(t, redis).client;
    await redis.command("CONFIG", "SET", "maxmemory", "1");
    await workers[1]?.cache.invalidate("stores");
    const born = serviceOf(t, { redis: client });
    await born.listens;
    assert.equal((await get(born))?.layer, "source");
    await redis.command("CONFIG", "SET", "maxmemory", "0");
    await until("Redis to be told, and what is loaded then to be kept", async () => {
      const later = serviceOf(t, { redis: client });
      await later.listens;
      return (await get(later))?.layer === "redis";
    });
  });

  it("where the source fails and memory and Redis are empty, the snapshot is given, marked stale", async (t) => {
    const { workers, redis, table } = await setUp(t, { count: 2 });
    const [one, two] = workers as [CacheService, CacheService];
    await one.cache.get("k", { ttl: 0.01, tags: ["a"] }, () => "last good");
    await until("a snapshot", async () => (await table()).length === 1);
    await redis.kill();
    const fails = () => Promise.reject(new Error("away"));
    const entry = await two.cache.getEntry("k", { ttl: 0.01, tags: ["a"] }, fails);
    assert.deepEqual([entry.value, entry.stale, entry.layer], ["last good", true, "postgres"]);
    await assert.rejects(two.cache.get("other", { ttl: 1 }, fails), { message: "away" });
  });

  it("a snapshot of an invalidated tag is no start for anybody, only a last resort", async (t) => {
    const { workers, redis, table } = await setUp(t, { count: 3 });
    const [one, two, three] = workers as [CacheService, CacheService, CacheService];
    const options = { ttl: 600, stale: 600, tags: ["stores"] };
    await one.cache.get("k", options, () => "old");
    await until("a snapshot", async () => (await table()).length === 1);
    await one.cache.invalidate("stores");
    await until("its mark", async () => (await table())[0]?.invalid === true);
    await redis.command("FLUSHALL");
    const fails = () => Promise.reject(new Error("away"));
    const spare = await three.cache.getEntry("k", options, fails);
    assert.deepEqual([spare.value, spare.stale], ["old", true]);
    assert.equal(await two.cache.get("k", options, () => "new"), "new");
  });

  it("a key that is longer than an index of PostgreSQL takes has its snapshot, as those written with it", async (t) => {
    const { workers, redis, table } = await setUp(t, { count: 2 });
    const [one, two] = workers as [CacheService, CacheService];
    const ideograph = (n: number): string => String.fromCodePoint(0x4e00 + ((n * n * 7_919) % 20_000));
    const long = Array.from({ length: 1_024 }, (_, n) => ideograph(n)).join("");
    await one.cache.get(long, { ttl: 60 }, () => "long");
    await one.cache.get("short", { ttl: 60 }, () => "short");
    await until("their snapshots", async () => (await table()).length === 2);
    await redis.command("FLUSHALL");
    const entry = await two.cache.getEntry(long, { ttl: 60 }, () => "loaded");
    assert.deepEqual([entry.value, entry.layer], ["long", "postgres"]);
  });

  it("sixteen workers make one table, and leave the app's connections alone", async (t) => {
    const { workers, pools, table, warnings } = await setUp(t, { count: 16, redis: false, poolMax: 2 });
    await Promise.all(workers.map(({ cache }, n) => cache.get(`k${n % 4}`, { ttl: 60 }, () => n)));
    await until("the snapshots", async () => (await table()).length === 4);
    assert.deepEqual(warnings, []);
    const [pool] = pools as [pg.Pool];
    const [{ cache }] = workers as [CacheService];
    const held = await Promise.all([pool.connect(), pool.connect()]);
    const wanted = pool.connect();
    await cache.get("while busy", { ttl: 60 }, () => 1);
    held[0]?.release();
    const got = await wanted;
    assert.equal(pool.waitingCount, 0, "the cache asked for none");
    got.release();
    held[1]?.release();
    await until("the snapshot, once there is room", async () =>
      (await table()).some(({ key }) => key === "while busy"),
    );
  });

  it("a database that allows no schema is told once, and costs nothing more", async (t) => {
    const server = await startPostgres(t);
    await server.query("create role guest login password 'guest'; revoke create on database postgres from public");
    const pool = poolOf(t, server.url.replace("postgres:only-for-tests", "guest:guest"), 2);
    const told: string[] = [];
    const { cache, take } = serviceOf(t, { postgres: pool, warn: (text) => void told.push(text) });
    await cache.get("k", { ttl: 60 }, () => 1);
    await until("the word", () => told.length > 0);
    await cache.get("other", { ttl: 60 }, () => 2);
    assert.match(told.join(), /permission denied/);
    assert.equal(told.length, 1);
    assert.equal(take().postgres.errors, 1);
  });

  it("two apps on one Redis do not meet, and what does not belong to us is not believed", async (t) => {
    const server = await startRedis(t);
    const { client } = redisOf(t, server);
    const [ours, theirs] = ["shop", "store"].map((app) => serviceOf(t, { app, redis: client })) as [
      CacheService,
      CacheService,
    ];
    await ours.cache.get("k", { ttl: 60 }, () => "ours");
    await until("it in Redis", async () => (await client.exists("dashd:cache:shop:v:k")) === 1);
    assert.equal(await theirs.cache.get("k", { ttl: 60 }, () => "theirs"), "theirs");
    for (const text of ["", "no line feed", "{}\n1", '{"keepMs":60000,"versions":{}}\n{"half":']) {
      await client.set("dashd:cache:shop:v:odd", text, "EX", 60);
      const fresh = serviceOf(t, { app: "shop", redis: client });
      assert.equal(await fresh.cache.get("odd", { ttl: 60 }, () => "loaded"), "loaded");
    }
  });

  it("its hits and misses in Redis are those that Redis itself counts", async (t) => {
    const server = await startRedis(t);
    const { client } = redisOf(t, server);
    const workers = Array.from({ length: 5 }, () => serviceOf(t, { redis: client, maxBytes: 20_000 }));
    await server.command("CONFIG", "RESETSTAT");
    for (let round = 0; round < 5; round++)
      for (const { cache } of workers)
        for (let n = 0; n < 40; n++) await cache.get(`k${n}`, { ttl: 600 }, () => "x".repeat(500));
    const counts = workers.map((worker) => worker.take().redis);
    const hits = counts.reduce((sum, each) => sum + each.hits, 0);
    const misses = counts.reduce((sum, each) => sum + each.misses, 0);
    const info = String(await server.command("INFO", "stats"));
    const stat = (name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]);
    const [own, theirs] = [
      hits / (hits + misses),
      stat("keyspace_hits") / (stat("keyspace_hits") + stat("keyspace_misses")),
    ];
    t.diagnostic(`ours ${hits} hits, ${misses} misses (${own.toFixed(3)}); Redis ${theirs.toFixed(3)}`);
    assert.equal(misses, 40);
    assert.ok(Math.abs(own - theirs) < 0.06, `${own} ${theirs}`);
  });

  it("what a refresh in the background finds stale in Redis was given to nobody, and counts as missed", async (t) => {
    const { workers } = await setUp(t, { count: 1, postgres: false });
    const [worker] = workers as [CacheService];
    const source = createSource("v");
    const get = () => worker.cache.getEntry("k", { ttl: 0.05, stale: 600 }, source.load);
    await get();
    await until("it to be loaded anew", async () => {
      await get();
      return source.loads() > 1;
    });
    const { redis } = worker.take();
    assert.deepEqual([redis.hits, redis.stale], [0, 0]);
    assert.ok(redis.misses >= 2);
  });

  it("memory holds no more than it may, as the process itself sees it", async (t) => {
    const { cache, take } = serviceOf(t, { maxBytes: 8 * 1024 * 1024 });
    const rows = (n: number) =>
      Array.from({ length: 50 }, (_, id) => ({ id, n, name: `store ${n} ${id}`, sales: n * id }));
    for (let n = 0; n < 5_000; n++) await cache.get(`k${n}`, { ttl: 600 }, () => rows(n));
    const { bytes, entries } = take();
    assert.ok(bytes <= 8 * 1024 * 1024);
    assert.ok(entries > 500 && entries < 5_000, `${entries}`);
  });
});

interface SetUp {
  readonly count: number;
  /** As workers of one instance are, by the master; false: as instances are. */
  readonly linked?: boolean;
  readonly redis?: boolean;
  readonly postgres?: boolean;
  readonly poolMax?: number;
}

const setUp = async (t: TestContext, { count, linked = true, redis = true, postgres = true, poolMax = 3 }: SetUp) => {
  const [redisServer, server] = await Promise.all([startRedis(t), startPostgres(t)]);
  const workers: CacheService[] = [];
  const pools: pg.Pool[] = [];
  const warnings: string[] = [];
  for (let n = 0; n < count; n++) {
    const pool = poolOf(t, server.url, poolMax);
    pools.push(pool);
    workers.push(
      serviceOf(t, {
        redis: redis ? redisOf(t, redisServer).client : null,
        postgres: postgres ? pool : null,
        isLeader: () => n === 0,
        warn: (text) => void warnings.push(text),
        tell: (message) => {
          if (linked) for (const worker of workers) worker.hear(message);
        },
      }),
    );
  }
  await Promise.all(workers.map(({ listens }) => listens));
  return { workers, pools, warnings, redis: redisServer, table: () => tableOf(server) };
};

const serviceOf = (t: TestContext, needs: Partial<Parameters<typeof createCache>[0]>): CacheService => {
  const service = createCache({
    ...{ app: "test", redis: null, postgres: null, isLeader: () => true, tell: () => undefined },
    warn: (text) => t.diagnostic(text),
    ...needs,
  });
  afterwards(t, () => service.close());
  return service;
};

const redisOf = (t: TestContext, { url }: RedisServer) => {
  const service = createRedis({ kind: "url", url }, { name: "dashd test" });
  afterwards(t, () => service.close());
  return service;
};

const poolOf = (t: TestContext, connectionString: string, max: number): pg.Pool => {
  const pool = new pg.Pool({ connectionString, max });
  pool.on("error", () => undefined);
  afterwards(t, () => pool.end());
  return pool;
};

const tableOf = async (server: PostgresServer): Promise<readonly { key: string; invalid: boolean }[]> => {
  const there = await server.query("select to_regclass('dashd_cache.snapshots') is not null as there");
  if (there.rows[0]?.there !== true) return [];
  return (await server.query("select key, invalid from dashd_cache.snapshots order by key")).rows;
};

const listeners = async (redis: RedisServer): Promise<number> => {
  const answer = await redis.command("PUBSUB", "NUMSUB", "dashd:cache:test:bus");
  return Array.isArray(answer) ? Number(answer[1]) : 0;
};

const createSource = <T>(value: T, takesMs = 0): { load(): Promise<T>; loads(): number } => {
  let loads = 0;
  return {
    load: async () => {
      loads += 1;
      await new Promise((resolve) => setTimeout(resolve, takesMs));
      return value;
    },
    loads: () => loads,
  };
};

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { redisSums } from "../../lib/preflight/redis-sums.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../lib/profile/load.ts";
import { connected } from "../client/connection.ts";
import { afterwards } from "../support/afterwards.ts";
import {
  asDeclared,
  askCached as ask,
  type CachedApp,
  oneForEachWorker,
  startCachedApp,
} from "../support/cached-app.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { redisMissing, startRedis, type RedisServer } from "../support/redis.ts";
import { until } from "../support/until.ts";

const timeout = 180_000;

describe("two instances of an app on one Redis", { skip: redisMissing() }, () => {
  it("find each other's values, and each tells its own hit rates", { timeout }, async (t) => {
    const { redis, one, other } = await startTwo(t);
    const options = "ttl=3600&tag=t";
    const [here, there] = [await connected(one.dashd.port), await connected(other.dashd.port)];
    afterwards(t, () => [here, there].forEach((user) => user.close()));
    const keys = Array.from({ length: 10 }, (_, n) => `k${n}`);
    for (const key of keys) assert.equal((await ask(here, `/value?key=${key}&${options}`)).layer, "source");
    for (const key of keys) {
      await until("it in Redis", async () => String(await redis.command("KEYS", `dashd:cache:*:v:${key}`)) !== "");
      const { layer, value } = await ask(there, `/value?key=${key}&${options}`);
      assert.deepEqual([layer, [String(value?.loadedBy)]], ["redis", one.loadsOf(key)]);
      assert.deepEqual(other.loadsOf(key), []);
    }
    const [mine, theirs] = await Promise.all([one, other].map((app) => redisFigures(app, keys.length)));
    assert.deepEqual(
      [mine, theirs],
      [
        { hits: 0, misses: 10, hitRate: 0, loads: 10 },
        { hits: 10, misses: 0, hitRate: 1, loads: 0 },
      ],
    );
  });

  it("an invalidation in one reaches every worker of the other", { timeout }, async (t) => {
    const { one, other } = await startTwo(t);
    const [mine, theirs] = [await oneForEachWorker(t, one.dashd, 4), await oneForEachWorker(t, other.dashd, 4)];
    const loads = (): number => one.loadsOf("read").length + other.loadsOf("read").length;
    for (const key of ["held", "read"])
      for (const user of [...mine, ...theirs]) await ask(user, `/value?key=${key}&tag=t&ttl=3600`);
    assert.equal(loads(), 1);
    const lag = watchHostLag(t);
    const beganMs = performance.now();
    const [first] = mine;
    assert.ok(first !== undefined);
    const heardAfterMs = await Promise.all([
      ...theirs.map((user) =>
        until(
          "it to hear",
          async () => {
            const askedAfterMs = performance.now() - beganMs;
            return (await ask(user, "/held?key=held&tag=t")).stale === true && askedAfterMs;
          },
          { everyMs: 2 },
        ),
      ),
      ask(first, "/invalidate?tag=t").then(() => 0),
    ]);
    const [worst, lagMs] = [Math.max(...heardAfterMs), lag.worstMs(beganMs)];
    t.diagnostic(`four workers of the other within ${worst.toFixed(0)} ms, host lag ${lagMs.toFixed(0)} ms`);
    assert.ok(worst <= 100 + 4 * lagMs, heardAfterMs.map(Math.round).join());
    const anew = await Promise.all(theirs.map((user) => ask(user, "/value?key=read&tag=t&ttl=3600")));
    for (const { stale } of anew) assert.equal(stale, false);
    assert.equal(loads(), 2, "and it is loaded once more, by one of all");
  });
});

describe("the connections of an instance to Redis", { skip: redisMissing() }, () => {
  it("are no more than the sums of its stage count, also while two generations are there", { timeout }, async (t) => {
    const redis = await startRedis(t, { args: asDeclared });
    const { dashd } = await startCachedApp(t, { REDIS_URL: redis.url });
    for (const user of await oneForEachWorker(t, dashd)) await ask(user, "/value?key=k&ttl=3600");
    const counted = async (): Promise<number> =>
      // The one that asks is its own.
      String(await redis.command("CLIENT", "LIST"))
        .trim()
        .split("\n").length - 1;
    assert.equal(await counted(), 2 * 16 + 1, "two of each worker and one of the master");
    const reload = dashd.spawn("reload", "--watch-window", "4");
    const seen: number[] = [];
    await until("both generations to use their cache", async () => {
      await oneForEachWorker(t, dashd, 1);
      await fetch(`${dashd.url}/value?key=k&ttl=3600`);
      seen.push(await counted());
      return reload.child.exitCode !== null;
    });
    const needed = await neededConnections();
    t.diagnostic(`${2 * 16 + 1} at rest, ${Math.max(...seen)} in a reload, ${needed} needed for the stage`);
    assert.ok(Math.max(...seen) > 3 * 16 && Math.max(...seen) <= needed, seen.join());
  });
});

describe("the hit rates of Redis in status", { skip: redisMissing() }, () => {
  it("are those that Redis counts itself, command by command", { timeout }, async (t) => {
    const redis = await startRedis(t, { args: asDeclared });
    const app = await startCachedApp(t, { REDIS_URL: redis.url }, 16);
    const users = await oneForEachWorker(t, app.dashd);
    await redis.command("CONFIG", "RESETSTAT");
    const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
    for (const key of keys)
      for (const user of users) {
        const { layer } = await ask(user, `/value?key=${key}&ttl=3600`);
        // The value goes to Redis behind the caller's back; nobody is to find it half way.
        if (layer === "source") await until("it in Redis", async () => !(await isLocked(redis)));
      }
    const { hits, misses, hitRate } = await redisFigures(app, keys.length * users.length);
    assert.deepEqual([hits, misses], [keys.length * 15, keys.length]);
    assert.equal(hitRate, round(hits / (hits + misses)));
    const stat = await statsOf(redis);
    // A look at the cache is GET and PTTL of the value: two of Redis' own hits or misses. Whoever finds nothing looks once
    // more under its lock (two misses), and gives the lock back (EVAL, whose GET is one hit). SET counts as neither, nor does
    // anything that the master asks once a second.
    const [lookHits, lookMisses] = [2 * hits, 2 * misses];
    t.diagnostic(`status ${hits} hits, ${misses} misses; Redis ${stat("keyspace_hits")}, ${stat("keyspace_misses")}`);
    assert.deepEqual([stat("keyspace_hits"), stat("keyspace_misses")], [lookHits + misses, lookMisses + 2 * misses]);
    const { services } = await until("status to have looked again", async () => {
      const status = await app.dashd.status();
      return round(status.services.redis.hitRate ?? Number.NaN) === round(rateOf(stat)) && status;
    });
    assert.equal(services.redis.state, "up");
  });
});

const startTwo = async (t: Parameters<typeof startCachedApp>[0]) => {
  const redis = await startRedis(t, { args: asDeclared });
  const [one, other] = [
    await startCachedApp(t, { REDIS_URL: redis.url }, 4),
    await startCachedApp(t, { REDIS_URL: redis.url }, 4),
  ];
  return { redis, one, other };
};

/** Once the beats have told so many looks. */
const redisFigures = ({ dashd }: CachedApp, looks: number) =>
  until("the beats to tell of it", async () => {
    const { cache } = await dashd.status();
    if (cache === null || cache.redis.hits + cache.redis.misses < looks) return null;
    const { hits, misses, hitRate } = cache.redis;
    return { hits, misses, hitRate, loads: cache.loads };
  });

const neededConnections = async (): Promise<number> => {
  const settings = { maxMemoryMb: null, policy: null, persistence: null, replicated: null };
  const found = { state: "up", reason: null, usedMemoryBytes: null, settings, server: { maxClients: null } } as const;
  const sums = redisSums(stageOf(await loadLadder(builtInProfilesDir()), 2), found);
  return Number(sums.find(({ subject }) => subject === "redis.maxclients")?.needed);
};

const isLocked = async (redis: RedisServer): Promise<boolean> =>
  String(await redis.command("KEYS", "dashd:cache:*:l:*")) !== "";

const statsOf = async (redis: RedisServer): Promise<(name: string) => number> => {
  const info = String(await redis.command("INFO", "stats"));
  return (name) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]);
};

const rateOf = (stat: (name: string) => number): number =>
  stat("keyspace_hits") / (stat("keyspace_hits") + stat("keyspace_misses"));

const round = (rate: number): number => Math.round(rate * 10_000) / 10_000;

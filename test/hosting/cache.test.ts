import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestOnce, type ClientConnection } from "../client/connection.ts";
import { afterwards } from "../support/afterwards.ts";
import {
  asDeclared,
  askCached as ask,
  type CachedPage as Page,
  oneForEachWorker,
  startCachedApp as start,
} from "../support/cached-app.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { quantileMs, startWatchedUsers, type Visit } from "../support/watched-users.ts";

const timeout = 180_000;
const missing = redisMissing() || postgresMissing();

describe("context.cache over sixteen workers", { skip: missing }, () => {
  for (const withRedis of [true, false])
    it(
      `a thousand misses of one key at once make ${withRedis ? "one load" : "one load in each worker without Redis"}`,
      { timeout },
      async (t) => {
        const redis = withRedis ? await startRedis(t, { args: asDeclared }) : null;
        const { dashd, loadsOf } = await start(t, redis === null ? {} : { REDIS_URL: redis.url });
        const users = await oneForEachWorker(t, dashd);
        const storms = await Promise.all(users.map((user) => ask(user, "/storm?key=k&times=63&takes=1000")));
        assert.deepEqual(new Set(storms.map(({ count }) => count)), new Set([63]));
        const loads = loadsOf("k");
        const cache = await until("the beats to tell of it", async () => {
          const figures = (await dashd.status()).cache;
          return figures?.memory.misses === 16 * 63 && figures.entries === 16 && figures;
        });
        const { errors } = cache.redis;
        t.diagnostic(`${loads.length} loads for ${16 * 63} misses, ${errors} times without an answer of Redis`);
        // On a host so busy that Redis does not answer within its second, a worker loads for itself.
        if (withRedis) assert.ok(loads.length >= 1 && loads.length <= 1 + errors, `${loads.length}`);
        else assert.equal(new Set(storms.flatMap(({ loadedBy = [] }) => loadedBy)).size, 16);
        assert.deepEqual([cache.loads, cache.loadErrors], [loads.length, 0]);
        assert.ok(cache.bytes > 0);
      },
    );

  it(
    "a thousand requests at once for what nobody has make one load, and all are answered with it",
    { timeout },
    async (t) => {
      const redis = await startRedis(t, { args: asDeclared });
      const { dashd, loadsOf } = await start(t, { REDIS_URL: redis.url });
      // Beyond the stage's 200 connections they are held at the door, and their turn comes.
      const pages = await Promise.all(
        Array.from({ length: 1_000 }, async () => {
          const answer = await requestOnce(dashd.port, "/value?key=k&ttl=600&takes=2000", { timeoutMs: 60_000 });
          assert.ok(answer.kind === "answer" && answer.status === 200, JSON.stringify(answer));
          return JSON.parse(answer.body) as Page;
        }),
      );
      const loads = loadsOf("k");
      const { redis: counts, memory } = await until("the beats to tell of it", async () => {
        const { cache } = await dashd.status();
        return cache !== null && cache.memory.hits + cache.memory.misses === 1_000 && cache;
      });
      t.diagnostic(`${loads.length} loads, ${memory.misses} misses, ${counts.errors} times without an answer of Redis`);
      assert.equal(new Set(pages.map(({ slot }) => slot)).size, 16);
      // As many as there are slots have missed; the others waited for one.
      assert.ok(memory.misses >= 16, `${memory.misses}`);
      assert.ok(loads.length >= 1 && loads.length <= 1 + counts.errors, `${loads.length}`);
      assert.deepEqual(new Set(pages.map(({ value }) => String(value?.loadedBy))), new Set(loads));
    },
  );

  for (const withRedis of [true, false])
    it(
      `invalidate reaches every worker within 100 ms ${withRedis ? "over Redis" : "over the master without it"}`,
      { timeout },
      async (t) => {
        const redis = withRedis ? await startRedis(t, { args: asDeclared }) : null;
        const { dashd } = await start(t, redis === null ? {} : { REDIS_URL: redis.url });
        const users = await oneForEachWorker(t, dashd);
        for (const user of users) await ask(user, "/value?key=k&tag=t&ttl=3600");
        const lag = watchHostLag(t);
        const beganMs = performance.now();
        const heardAfterMs = (user: ClientConnection): Promise<number> =>
          until(
            "it to hear",
            async () => {
              const askedAfterMs = performance.now() - beganMs;
              return (await ask(user, "/held?key=k&tag=t")).stale === true && askedAfterMs;
            },
            { everyMs: 2 },
          );
        const [first, ...others] = users as [ClientConnection, ...ClientConnection[]];
        const [, ...heard] = await Promise.all([ask(first, "/invalidate?tag=t"), ...others.map(heardAfterMs)]);
        const [worst, lagMs] = [Math.max(...heard), lag.worstMs(beganMs)];
        t.diagnostic(`${heard.length} workers within ${worst.toFixed(0)} ms, host lag ${lagMs.toFixed(0)} ms`);
        // What a worker hears, and when it is asked, both come that much too late.
        assert.ok(worst <= 100 + 4 * lagMs, heard.map(Math.round).join());
      },
    );

  it(
    "a holder of the lock that is killed in mid-load is followed by another when its lease is over",
    { timeout },
    async (t) => {
      const redis = await startRedis(t, { args: asDeclared });
      const { dashd, loadsOf } = await start(t, { REDIS_URL: redis.url }, 4);
      const first = fetch(`${dashd.url}/value?key=slow&takes=100000&timeout=120`).catch(() => null);
      const [holder] = await until("the load to begin", () => loadsOf("slow").length === 1 && loadsOf("slow"));
      const [second, third] = [1, 2].map(() => fetch(`${dashd.url}/value?key=slow&timeout=120`)) as [
        Promise<Response>,
        Promise<Response>,
      ];
      await until("others to wait for it", async () => (await dashd.status()).load.inFlight >= 3);
      // Longer than its lease: it is alive, and keeps it.
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      assert.equal(loadsOf("slow").length, 1);
      const killedMs = performance.now();
      process.kill(Number(holder), "SIGKILL");
      const entries = (await Promise.all([second, third].map(async (one) => (await one).json()))) as Page[];
      const afterMs = performance.now() - killedMs;
      t.diagnostic(`loaded by another ${Math.round(afterMs)} ms after the kill`);
      const loads = loadsOf("slow");
      assert.equal(loads.length, 2);
      for (const { value } of entries) assert.equal(String(value?.loadedBy), loads[1]);
      await first;
    },
  );
});

describe("an app that takes a context", { skip: missing }, () => {
  it("loads its cache with the first use of it", { timeout }, async (t) => {
    const { dashd } = await start(t, {}, 1);
    const isLoaded = async (): Promise<unknown> => {
      const answer = await fetch(`${dashd.url}/loaded`);
      return ((await answer.json()) as { readonly lru: unknown }).lru;
    };
    assert.equal(await isLoaded(), false);
    assert.equal((await dashd.status()).cache, null, "and nothing is told of it");
    await fetch(`${dashd.url}/value?key=k`);
    assert.equal(await isLoaded(), true);
    await until("the beat to tell of it", async () => (await dashd.status()).cache !== null);
  });
});

describe("cached pages under users at stage 2", { skip: missing }, () => {
  it(
    "keep answering, as fast as before, while Redis is killed, stopped or emptied and PostgreSQL stopped",
    { timeout },
    async (t) => {
      const [redis, postgres] = [await startRedis(t, { args: asDeclared }), await startPostgres(t)];
      const { dashd } = await start(t, { REDIS_URL: redis.url, DATABASE_URL: postgres.url }, 8);
      const before = (await dashd.status()).workers.map(({ pid }) => pid);
      const paths = Array.from({ length: 20 }, (_, n) => `/value?key=k${n}&ttl=2&stale=60&tag=t&takes=20`);
      const users = startWatchedUsers({ port: dashd.port, paths, count: 60, pauseMs: 100 });
      afterwards(t, () => users.stop());
      const look = async (what: string): Promise<number> => {
        const visits: Visit[] = [];
        const untilMs = performance.now() + 5_000;
        users.take();
        await until(
          what,
          () => {
            visits.push(...users.take());
            return visits.length >= 200 && performance.now() >= untilMs;
          },
          { deadlineMs: 60_000, everyMs: 100 },
        );
        assert.deepEqual(visits.filter(({ status }) => status !== 200).map(told), [], what);
        const p95Ms = quantileMs(visits, 0.95);
        t.diagnostic(
          `${what}: ${visits.length} answers, p95 ${p95Ms.toFixed(0)} ms, longest ${quantileMs(visits, 1).toFixed(0)} ms`,
        );
        return p95Ms;
      };
      const lag = watchHostLag(t);
      await look("warming up");
      const wellMs = await look("all well");
      const troubles: readonly (readonly [string, () => void | Promise<unknown>, () => void | Promise<unknown>])[] = [
        ["Redis emptied", () => redis.command("FLUSHALL"), () => undefined],
        ["Redis silent", redis.pause, redis.resume],
        ["Redis killed", redis.kill, redis.restart],
        ["PostgreSQL silent", postgres.pause, postgres.resume],
        ["PostgreSQL stopped", postgres.stop, postgres.restart],
      ];
      for (const [what, begin, end] of troubles) {
        const beganMs = performance.now();
        await begin();
        const illMs = await look(what);
        await end();
        assert.ok(illMs <= wellMs * 3 + 50 + lag.worstMs(beganMs), `${what}: p95 ${wellMs} → ${illMs} ms`);
      }
      assert.deepEqual(
        (await dashd.status()).workers.map(({ pid }) => pid),
        before,
        "no worker was restarted",
      );
    },
  );

  it("are marked stale while the source fails, and are fresh again when it is back", { timeout }, async (t) => {
    const redis = await startRedis(t, { args: asDeclared });
    const { dashd, breakSource, mendSource } = await start(t, { REDIS_URL: redis.url }, 2);
    const get = async (): Promise<Page> =>
      (await fetch(`${dashd.url}/value?key=k&ttl=0.5&stale=0.5`)).json() as Promise<Page>;
    await get();
    breakSource();
    await until("a stale answer past its time", async () => {
      const { ageMs = 0, stale } = await get();
      return stale === true && ageMs > 3_000;
    });
    // One that no worker has: it is told what the load was rejected with.
    const other = await fetch(`${dashd.url}/value?key=other`);
    assert.equal(other.status, 503);
    assert.match(await other.text(), /E_SOURCE/);
    await until("the beats to tell of it", async () => {
      const { cache } = await dashd.status();
      return cache !== null && cache.loadErrors > 0 && cache.memory.stale > 0;
    });
    mendSource();
    await until("a fresh answer", async () => {
      const { ageMs = 0, stale } = await get();
      return stale === false && ageMs < 1_000;
    });
    const page = await dashd.run("status");
    assert.match(page.stdout, /Cache, hits of the last minute: memory [\d.]+ %/);
    const chinese = await dashd.run("status", "--lang", "zh");
    assert.match(chinese.stdout, /缓存最近一分钟命中率：内存/);
  });
});

const told = ({ path, status, body }: Visit): string => `${path} ${status} ${body.slice(0, 200)}`;

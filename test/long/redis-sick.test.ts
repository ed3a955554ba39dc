import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { startProxy } from "../faults/tcp-proxy.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { redisMissing, startRedis, startReplica, startSentinels } from "../support/redis.ts";
import { assertOnlyItsPagesSuffer, type Sickness } from "../support/sickness.ts";
import { until } from "../support/until.ts";

const timeout = 180_000;
/** As stage 2 wants it. */
const asDeclared = ["--maxmemory", "2gb", "--maxmemory-policy", "allkeys-lru"];

describe("while Redis is sick, under 100 users at stage 2", { skip: redisMissing(), timeout }, () => {
  it("only the pages that need it suffer when it is killed and restarted", async (t) => {
    const redis = await startRedis(t, { args: asDeclared });
    const dashd = await startWith(t, { REDIS_URL: redis.url });
    await suffer(t, dashd, { fallIll: redis.kill, recover: redis.restart });
  });

  it("only the pages that need it suffer when it is stopped for 30 s", async (t) => {
    const redis = await startRedis(t, { args: asDeclared });
    const dashd = await startWith(t, { REDIS_URL: redis.url });
    await suffer(t, dashd, { fallIll: redis.pause, recover: redis.resume, lastsMs: 30_000 });
  });

  it("only the pages that need it suffer when every answer is late by 3 s", async (t) => {
    const redis = await startRedis(t, { args: asDeclared });
    const proxy = await startProxy(t, redis.port);
    const dashd = await startWith(t, { REDIS_URL: redis.url.replace(String(redis.port), String(proxy.port)) });
    await suffer(t, dashd, { fallIll: () => proxy.delay(3_000), recover: () => proxy.delay(0) });
  });

  it("only writes suffer when its memory is full", async (t) => {
    const redis = await startRedis(t, { args: asDeclared });
    const dashd = await startWith(t, { REDIS_URL: redis.url });
    const set = async (policy: string, bytes: string): Promise<void> => {
      await redis.command("CONFIG", "SET", "maxmemory-policy", policy);
      await redis.command("CONFIG", "SET", "maxmemory", bytes);
    };
    await redis.command("SET", "visits", 1);
    await suffer(t, dashd, { fallIll: () => set("noeviction", "1"), recover: () => set("allkeys-lru", "2gb") });
    const read = await fetch(`${dashd.url}/redis-read`);
    assert.equal(read.status, 200);
  });

  it("only the pages that need it suffer while the Sentinels fail over", async (t) => {
    const master = await startRedis(t, { args: asDeclared });
    const replica = await startReplica(t, master, { args: asDeclared });
    const sentinels = await startSentinels(t, { master, name: "board", count: 3, downAfterMs: 1_000 });
    const dashd = await startWith(t, {
      REDIS_SENTINELS: sentinels.addresses.join(","),
      REDIS_SENTINEL_NAME: "board",
    });
    // The Sentinels cure it themselves.
    await suffer(t, dashd, { fallIll: master.kill, recover: () => undefined, lastsMs: 6_000 });
    assert.equal(await sentinels.masterPort(), replica.port);
  });
});

describe("what Redis is set to", { skip: redisMissing(), timeout }, () => {
  it("is drift in status where the stage declares otherwise, and none once it is put right", async (t) => {
    const redis = await startRedis(t, { args: ["--maxmemory", "1gb", "--maxmemory-policy", "noeviction"] });
    const dashd = await startWith(t, { REDIS_URL: redis.url });
    const { drift, state } = await dashd.status();
    assert.deepEqual(drift, ["redis.maxMemoryMb", "redis.policy"]);
    assert.equal(state, "degraded");
    const looked = await dashd.run("doctor");
    assert.match(looked.stdout, /redis\.policy.*noeviction.*allkeys-lru/);
    const fixed = await dashd.run("doctor", "--fix");
    assert.equal(fixed.code, 0, fixed.stdout + fixed.stderr);
    assert.deepEqual(await redis.command("CONFIG", "GET", "maxmemory-policy"), ["maxmemory-policy", "allkeys-lru"]);
    // The master looks once a second.
    await until("no drift is left", async () => (await dashd.status()).drift.length === 0);
    assert.equal((await dashd.run("status", "--exit-code")).code, 0);
  });
});

const startWith = async (t: TestContext, env: Readonly<Record<string, string>>): Promise<Instance> => {
  const dashd = await startDashd(t, { app: fixtureApp("services.mjs"), stage: 2, env });
  // On a busy host the first look may be a slow one.
  await until("Redis to be up", async () => (await dashd.status()).services.redis.state === "up");
  return dashd;
};

const suffer = (
  t: TestContext,
  dashd: Instance,
  sickness: Pick<Sickness, "fallIll" | "recover"> & { readonly lastsMs?: number },
): Promise<void> =>
  assertOnlyItsPagesSuffer(t, dashd, {
    service: "redis",
    paths: ["/plain", "/redis"],
    // A command's deadline, twice on that page.
    deadlineMs: 2_000,
    lastsMs: 6_000,
    ...sickness,
  });

import assert from "node:assert/strict";
import test from "node:test";
import { listedReplicas, parseInfo } from "../../../lib/services/redis/info.ts";
import { judgeRedis, noHistory, type RedisReading, type RedisSample } from "../../../lib/services/redis/judge-redis.ts";
import { ownWaitMs } from "../../../lib/services/redis/own-wait.ts";
import { redisFault, writeFault } from "../../../lib/services/redis/redis-fault.ts";
import { retryDelayMs } from "../../../lib/services/redis/retry-delay.ts";

test("INFO is read by names, values may hold colons", () => {
  const info = parseInfo(
    "# Server\r\nredis_version:7.0.15\r\n\r\nexecutable:/a:b\r\nslave0:ip=1.2.3.4,port=1,state=online,offset=9,lag=2\r\n",
  );
  assert.deepEqual([info["redis_version"], info["executable"]], ["7.0.15", "/a:b"]);
  assert.deepEqual(listedReplicas(info), [{ isOnline: true, lagSec: 2 }]);
});

test("one missed deadline is slow and keeps the figures, two are down and know nothing", () => {
  const [up, late, down, again] = judged([answered({}), silent, silent, answered({})]);
  assert.deepEqual([up?.state, late?.state, down?.state, again?.state], ["up", "slow", "down", "up"]);
  assert.deepEqual([late?.settings.policy, late?.latencyMs], ["allkeys-lru", null]);
  assert.equal(down?.settings.policy, null);
});

test("one refusal is down, too many clients is not", () => {
  const [refused, full] = judged([
    { kind: "refused", fault: "ECONNREFUSED" },
    { kind: "refused", fault: "max-clients" },
  ]);
  assert.deepEqual(refused?.reason, { code: "sick.down", facts: { service: "Redis", fault: "ECONNREFUSED" } });
  assert.deepEqual([refused?.state, full?.state], ["down", "slow"]);
});

test("slow is the median of the last three, not one hiccup", () => {
  const states = judged([1, 500, 1, 500, 500].map((latencyMs) => answered({ latencyMs }))).map(({ state }) => state);
  assert.deepEqual(states, ["up", "up", "up", "slow", "slow"]);
});

test("the hit rate is the last minute's where there was traffic, else since the server's start", () => {
  const rates = judged(
    [answered({ hits: 90, misses: 10 }), answered({ hits: 91, misses: 13 }), answered({ hits: 91, misses: 13 })],
    [0, 30_000, 300_000],
  ).map(({ hitRate }) => hitRate);
  assert.deepEqual(rates, [0.9, 0.25, 0.875]);
  assert.deepEqual(
    judged([answered({ hits: 0, misses: 0 })]).map(({ hitRate }) => hitRate),
    [null],
  );
});

test("evictions count from the first look and over restarts of the server", () => {
  const counts = judged([
    answered({ evicted: 100 }),
    answered({ evicted: 105 }),
    answered({ evicted: 2, runId: "b" }),
    answered({ evicted: 3, runId: "b" }),
  ]).map(({ evictions }) => evictions);
  assert.deepEqual(counts, [0, 5, 7, 8]);
});

test("persistence: off only when neither snapshots nor the append-only file are on", () => {
  const found = (config: Record<string, string> | null): string | null =>
    judged([{ ...answered({}), config }])[0]?.settings.persistence ?? null;
  assert.equal(found({ save: "", appendonly: "no" }), "off");
  assert.equal(found({ save: "3600 1", appendonly: "no" }), "on");
  assert.equal(found({ save: "", appendonly: "yes" }), "on");
  assert.equal(found(null), null);
});

test("no memory limit is 0, and no share of it", () => {
  const [reading] = judged([answered({ maxmemory: 0 })]);
  assert.deepEqual([reading?.settings.maxMemoryMb, reading?.memory], [0, null]);
});

test("a server that loads is down, one that refuses to write is slow", () => {
  const [loading, full] = judged([answered({ loading: 1 }), { ...answered({}), writeFault: "oom" }]);
  assert.deepEqual([loading?.state, loading?.reason?.facts["fault"]], ["down", "loading"]);
  assert.deepEqual([full?.state, full?.reason?.facts["fault"]], ["slow", "oom"]);
});

test("an error of the server is the app's, unless it means that nobody is served", () => {
  const reply = (message: string): Error => Object.assign(new Error(message), { name: "ReplyError" });
  assert.equal(redisFault(reply("WRONGTYPE Operation against a key")), null);
  assert.equal(redisFault(reply("NOPERM this user has no permissions")), null);
  assert.equal(redisFault(reply("LOADING Redis is loading the dataset in memory")), "loading");
  assert.equal(redisFault(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })), "ECONNREFUSED");
  assert.equal(redisFault(Object.assign(new Error("connect ETIMEDOUT"), { code: "ETIMEDOUT" })), "silent");
  assert.equal(writeFault(reply("MISCONF Redis is configured to save RDB snapshots")), "disk");
  assert.equal(writeFault(reply("NOPERM no permissions to run 'set'")), null);
});

test("what a command asks the server to wait is read from where it stands", () => {
  assert.equal(ownWaitMs("BLPOP", ["list", "2"]), 2_000);
  assert.equal(ownWaitMs("blpop", ["list", 0]), Infinity);
  assert.equal(ownWaitMs("blmpop", ["0.5", "1", "list", "LEFT"]), 500);
  assert.equal(ownWaitMs("xread", ["COUNT", "1", "BLOCK", "250", "STREAMS", "s", "$"]), 250);
  assert.equal(ownWaitMs("xread", ["STREAMS", "block", "0"]), 0);
  assert.equal(ownWaitMs("wait", ["1", "300"]), 300);
  assert.equal(ownWaitMs("get", ["0"]), 0);
});

test("retries go from 50 ms to a second, slower with a wrong password, never in step", () => {
  assert.deepEqual(
    [1, 2, 5, 50].map((attempt) => retryDelayMs(attempt, "ECONNREFUSED", 0)),
    [50, 100, 800, 1_000],
  );
  assert.equal(retryDelayMs(1, "password", 0), 3_000);
  assert.equal(retryDelayMs(50, null, 1), 800);
});

interface Shown {
  readonly latencyMs?: number;
  readonly hits?: number;
  readonly misses?: number;
  readonly evicted?: number;
  readonly runId?: string;
  readonly maxmemory?: number;
  readonly loading?: number;
}

const silent: RedisSample = { kind: "silent" };

const answered = (shown: Shown): Extract<RedisSample, { readonly kind: "answered" }> => ({
  kind: "answered",
  latencyMs: shown.latencyMs ?? 1,
  writeFault: null,
  config: null,
  info: parseInfo(
    [
      `run_id:${shown.runId ?? "a"}`,
      "role:master",
      "maxmemory_policy:allkeys-lru",
      `maxmemory:${shown.maxmemory ?? 1_048_576}`,
      "used_memory:524288",
      `keyspace_hits:${shown.hits ?? 0}`,
      `keyspace_misses:${shown.misses ?? 0}`,
      `evicted_keys:${shown.evicted ?? 0}`,
      `loading:${shown.loading ?? 0}`,
    ].join("\r\n"),
  ),
});

const judged = (samples: readonly RedisSample[], atMs?: readonly number[]): readonly RedisReading[] => {
  let history = noHistory;
  return samples.map((sample, index) => {
    const result = judgeRedis(history, sample, atMs?.[index] ?? index * 1_000);
    ({ history } = result);
    return result.reading;
  });
};

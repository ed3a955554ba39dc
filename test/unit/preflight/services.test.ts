import assert from "node:assert/strict";
import test from "node:test";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import type { Profile } from "../../../lib/profile/schema.ts";
import type { Finding } from "../../../lib/preflight/finding.ts";
import { type PostgresFound, postgresSums } from "../../../lib/preflight/postgres-sums.ts";
import { redisSums } from "../../../lib/preflight/redis-sums.ts";
import { parseInfo } from "../../../lib/services/redis/info.ts";
import { judgeRedis, noHistory, type RedisReading, type RedisSample } from "../../../lib/services/redis/judge-redis.ts";
import { doctorWords } from "../../../lib/words/catalogue/doctor.ts";
import { redisWords } from "../../../lib/words/catalogue/redis.ts";
import { serviceWords } from "../../../lib/words/catalogue/services.ts";

test("without any address both services are off", async () => {
  const findings = examine({ profile: await stage(2), redis: null, postgres: null });
  assert.deepEqual(
    findings.map(({ subject, level }) => [subject, level]),
    [
      ["redis", "off"],
      ["postgres", "off"],
    ],
  );
});

test("a Redis as the stage wants it has nothing to set", async () => {
  const findings = examine({ profile: await stage(2), redis: redis({}), postgres: null });
  assert.deepEqual(notOk(findings), [["postgres", "off"]]);
});

test("a Redis with its defaults: each setting has its advice and what sets it", async () => {
  const profile = await stage(3);
  const found = redis({ maxmemory: 0, policy: "noeviction", save: "3600 1 300 100", maxClients: 40 });
  const findings = examine({ profile, redis: found, postgres: null }).filter(({ level }) => level === "warn");
  assert.deepEqual(
    findings.map(({ subject, found: value, needed }) => [subject, value, needed]),
    [
      ["redis.maxMemoryMb", 0, 2048],
      ["redis.policy", "noeviction", "allkeys-lru"],
      ["redis.persistence", "on", "off"],
      ["redis.replicated", "no", "yes"],
      ["redis.maxclients", 40, 98],
    ],
  );
  assert.deepEqual(
    findings.flatMap(({ fixes }) => fixes.map(({ name, value }) => `${name}=${value}`)),
    ["maxmemory=2048mb", "maxmemory-policy=allkeys-lru", "save=", "appendonly=no", "maxclients=98"],
  );
});

test("a limit below what is in use is not set by us", async () => {
  const found = redis({ maxmemory: 4096, usedMb: 3000 });
  const finding = examine({ profile: await stage(2), redis: found, postgres: null }).find(
    ({ subject }) => subject === "redis.maxMemoryMb",
  );
  assert.deepEqual([finding?.level, finding?.fixes, finding?.advice?.code], ["warn", [], "doctor.redis.more-used"]);
});

test("a replica more than asked for is no fault, and what cannot be read is said", async () => {
  const profile = await stage(2);
  const more = examine({ profile, redis: redis({ replicas: 1 }), postgres: null });
  assert.deepEqual(notOk(more), [["postgres", "off"]]);
  const hidden = examine({ profile, redis: { ...redis({}), settings: unknown }, postgres: null });
  assert.deepEqual(
    hidden.flatMap(({ advice }) => advice?.code ?? []),
    ["doctor.unreadable", "doctor.unreadable", "doctor.unreadable", "doctor.unreadable"],
  );
});

test("a Redis that is down says why, and nothing about settings", async () => {
  const down = judgeRedis(noHistory, { kind: "refused", fault: "ECONNREFUSED" }, 0).reading;
  const findings = examine({ profile: await stage(2), redis: down, postgres: null });
  assert.deepEqual(notOk(findings), [
    ["redis", "warn"],
    ["postgres", "off"],
  ]);
});

test("PostgreSQL: two generations fit, or a change goes in steps, or the stage is refused", async () => {
  const levels = async (number: number, postgres: PostgresFound): Promise<unknown> =>
    notOk(examine({ profile: await stage(number), redis: null, postgres })).slice(1);
  for (const number of [1, 2, 3]) assert.deepEqual(await levels(number, server(100)), [], `stage ${number}`);
  assert.deepEqual(await levels(2, { ...server(100), usedByOthers: 20 }), [["postgres.max_connections", "warn"]]);
  assert.deepEqual(await levels(2, { ...server(100), usedByOthers: 90 }), [["postgres.max_connections", "refuse"]]);
  assert.deepEqual(await levels(1, server(60)), [["postgres.serverMax", "warn"]]);
  const fault = { code: "sick.down", facts: { service: "PostgreSQL", fault: "28P01" } };
  assert.deepEqual(await levels(1, { fault }), [["postgres", "warn"]]);
});

test("every advice has words", async () => {
  const words = { ...doctorWords, ...redisWords, ...serviceWords };
  const bad = redis({ maxmemory: 1, policy: "noeviction", save: "1 1", maxClients: 1 });
  const findings = [1, 30, 60, 90].flatMap((max) => [
    ...examineAll(stageThree, bad, server(max)),
    ...examineAll(stageThree, { ...bad, settings: unknown }, server(max)),
  ]);
  const codes = findings.flatMap(({ advice }) => (advice === null ? [] : [advice.code]));
  assert.ok(codes.length > 10);
  assert.deepEqual(
    codes.filter((code) => !Object.hasOwn(words, code)),
    [],
  );
});

const ladder = await loadLadder(builtInProfilesDir());
const stage = (number: number): Promise<Profile> => Promise.resolve(stageOf(ladder, number));
const stageThree = stageOf(ladder, 3);

const examine = ({ profile, redis: found, postgres }: Examined): readonly Finding[] => [
  ...redisSums(profile, found),
  ...postgresSums(profile, postgres),
];

interface Examined {
  readonly profile: Profile;
  readonly redis: RedisReading | null;
  readonly postgres: PostgresFound | null;
}

const examineAll = (profile: Profile, found: RedisReading, postgres: PostgresFound): readonly Finding[] =>
  examine({ profile, redis: found, postgres });

const notOk = (findings: readonly Finding[]): readonly (readonly string[])[] =>
  findings.filter(({ level }) => level !== "ok").map(({ subject, level }) => [subject, level]);

const server = (maxConnections: number) => ({ version: "18.0", maxConnections, reserved: 3, usedByOthers: 0 });

const unknown = { maxMemoryMb: null, policy: null, persistence: null, replicated: null };

interface Shown {
  readonly maxmemory?: number;
  readonly usedMb?: number;
  readonly policy?: string;
  readonly save?: string;
  readonly maxClients?: number;
  readonly replicas?: number;
}

/** As stage 2 wants it, apart from what is shown. */
const redis = (shown: Shown): RedisReading => {
  const sample: RedisSample = {
    kind: "answered",
    latencyMs: 1,
    writeFault: null,
    config: { save: shown.save ?? "", appendonly: "no" },
    info: parseInfo(
      [
        "role:master",
        `maxmemory:${(shown.maxmemory ?? 2048) * 1_048_576}`,
        `used_memory:${(shown.usedMb ?? 1) * 1_048_576}`,
        `maxmemory_policy:${shown.policy ?? "allkeys-lru"}`,
        `maxclients:${shown.maxClients ?? 10_000}`,
        `connected_slaves:${shown.replicas ?? 0}`,
      ].join("\n"),
    ),
  };
  return judgeRedis(noHistory, sample, 0).reading;
};

import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Figures } from "../../../lib/health/indicators.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import type { IndicatorLevel } from "../../../lib/protocol/snapshot.ts";

const profile = stageOf(await loadLadder(builtInProfilesDir()), 2);

const quiet: Figures = {
  cpu: 0.1,
  memory: 0.2,
  diskIo: 0.1,
  responseP95Ms: 120,
  errorRate: 0,
  redis: { state: "up", hitRate: 0.95, memory: 0.1 },
  postgresPoolBusy: 0.2,
  busyWorkers: 0,
  held: 0,
  queued: 0,
  heldForSec: 0,
  refusedLastMinute: 0,
  users: 41,
};

const rows = (figures: Partial<Figures>, nextStage: number | null = 3) =>
  new Map(judge({ profile, figures: { ...quiet, ...figures }, nextStage }).map((row) => [row.name, row]));

const levelOf = (name: string, figures: Partial<Figures>): IndicatorLevel | undefined => rows(figures).get(name)?.level;

test("every indicator of the contract has its row, in the contract's order", () => {
  assert.deepEqual(
    [...rows({}).keys()],
    [
      ...["cpu", "memory", "diskIo", "responseP95", "errors", "redis", "redisHitRate", "redisMemory", "postgresPool"],
      ...["busyWorkers", "connections", "waiting", "users"],
    ],
  );
});

test("a quiet instance is well, and gets no advice", () => {
  for (const row of rows({}).values()) assert.deepEqual([row.name, row.level, row.advice], [row.name, "ok", null]);
});

const figures: readonly (readonly [string, Partial<Figures>, IndicatorLevel])[] = [
  ["cpu", { cpu: 0.699 }, "ok"],
  ["cpu", { cpu: 0.7 }, "warn"],
  ["cpu", { cpu: 0.8 }, "critical"],
  ["memory", { memory: 0.8 }, "warn"],
  ["memory", { memory: 0.9 }, "critical"],
  ["diskIo", { diskIo: 0.85 }, "warn"],
  ["responseP95", { responseP95Ms: 1999 }, "ok"],
  ["responseP95", { responseP95Ms: 2000 }, "warn"],
  ["responseP95", { responseP95Ms: 4000 }, "critical"],
  ["errors", { errorRate: 0.05 }, "warn"],
  ["errors", { errorRate: 0.1 }, "critical"],
  ["redis", { redis: { state: "slow", hitRate: null, memory: null } }, "warn"],
  ["redis", { redis: { state: "down", hitRate: null, memory: null } }, "critical"],
  ["redis", { redis: { state: "embedded", hitRate: null, memory: null } }, "ok"],
  ["redisHitRate", { redis: { state: "up", hitRate: 0.85, memory: null } }, "ok"],
  ["redisHitRate", { redis: { state: "up", hitRate: 0.84, memory: null } }, "warn"],
  ["redisHitRate", { redis: { state: "up", hitRate: 0.69, memory: null } }, "critical"],
  ["redisMemory", { redis: { state: "up", hitRate: null, memory: 0.9 } }, "critical"],
  ["postgresPool", { postgresPoolBusy: 0.8 }, "warn"],
  ["postgresPool", { postgresPoolBusy: 1 }, "critical"],
  ["busyWorkers", { busyWorkers: 14 }, "ok"],
  ["busyWorkers", { busyWorkers: 15 }, "warn"],
  ["busyWorkers", { busyWorkers: 16 }, "critical"],
  ["connections", { held: 50, heldForSec: 9 }, "ok"],
  ["connections", { held: 50, heldForSec: 10 }, "warn"],
  ["connections", { refusedLastMinute: 1 }, "critical"],
  ["waiting", { held: 10, queued: 9 }, "ok"],
  ["waiting", { held: 10, queued: 10 }, "warn"],
  ["waiting", { held: 50, queued: 50 }, "critical"],
  ["users", { users: 200 }, "ok"],
  ["users", { users: 201 }, "warn"],
];

for (const [name, some, level] of figures) {
  test(`stage 2 calls ${JSON.stringify(some)} ${level}`, () => assert.equal(levelOf(name, some), level));
}

test("where nothing was measured nothing is claimed", () => {
  const unknown = rows({
    cpu: null,
    memory: null,
    diskIo: null,
    responseP95Ms: null,
    errorRate: null,
    redis: { state: "off", hitRate: null, memory: null },
    postgresPoolBusy: null,
    users: null,
  });
  const counted = new Set(["busyWorkers", "connections", "waiting"]);
  for (const row of unknown.values()) assert.equal(row.level, counted.has(row.name) ? "ok" : "unknown", row.name);
});

test("too many users are told which stage to go to, and at the top of the ladder that there is none", () => {
  assert.equal(rows({ users: 300 }).get("users")?.advice?.facts["nextStage"], 3);
  assert.equal(rows({ users: 300 }, null).get("users")?.advice?.facts["nextStage"], null);
});

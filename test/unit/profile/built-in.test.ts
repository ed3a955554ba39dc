import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../../lib/json-text.ts";
import { checkProfile } from "../../../lib/profile/check.ts";
import { declaredLimits, workerLimits } from "../../../lib/profile/limits.ts";
import { builtInProfilesDir, loadLadder, lowerStage, stageOf } from "../../../lib/profile/load.ts";
import { shareOut } from "../../../lib/profile/share.ts";
import { generatedFiles, shippedProfiles } from "../../support/generated-files.ts";
import { scratchDir } from "../../support/scratch.ts";

const ladder = await loadLadder(builtInProfilesDir());
const rate = (warn: number, critical: number) => ({ warn, critical });
const size = (cores: number, memoryGb: number, diskGb: number, ssd: boolean) => ({ cores, memoryGb, diskGb, ssd });

/** CONTRACT section 2, written down a second time on purpose. */
const contract = {
  1: {
    users: { min: 30, max: 50 },
    instances: 1,
    workers: 8,
    requestsPerWorker: 4,
    connections: 100,
    backlog: 200,
    waitTimeoutSec: 10,
    queue: { max: 100 },
    idleTimeoutSec: 120,
    requestTimeoutSec: 120,
    postgres: { connections: 20, serverMax: 100 },
    redis: { maxMemoryMb: 1024, policy: "allkeys-lru", persistence: "off", replicated: false },
    host: { min: size(2, 4, 20, false), recommended: size(4, 8, 50, false) },
  },
  2: {
    users: { min: 100, max: 200 },
    instances: 1,
    workers: 16,
    requestsPerWorker: 4,
    connections: 200,
    backlog: 1000,
    waitTimeoutSec: 10,
    queue: { max: 200 },
    idleTimeoutSec: 180,
    requestTimeoutSec: 180,
    postgres: { connections: 40, serverMax: 100 },
    redis: { maxMemoryMb: 2048, policy: "allkeys-lru", persistence: "off", replicated: false },
    host: { min: size(4, 8, 50, true), recommended: size(8, 16, 100, true) },
  },
  3: {
    users: { min: 200, max: 500 },
    instances: 2,
    workers: 16,
    requestsPerWorker: 4,
    connections: 250,
    backlog: 1250,
    waitTimeoutSec: 10,
    queue: { max: 250 },
    idleTimeoutSec: 180,
    requestTimeoutSec: 180,
    postgres: { connections: 30, serverMax: 100 },
    redis: { maxMemoryMb: 2048, policy: "allkeys-lru", persistence: "off", replicated: true },
    host: { min: size(8, 16, 100, true), recommended: size(16, 32, 200, true) },
  },
};

const sameOnEveryStage = {
  stopTimeoutSec: 30,
  bootTimeoutSec: 30,
  watchWindowSec: 30,
  hang: { killAfterSec: 15 },
  recycle: "off",
  indicators: {
    cpu: rate(0.7, 0.8),
    memory: rate(0.8, 0.9),
    diskIo: rate(0.8, 0.9),
    responseP95Ms: rate(2000, 4000),
    errors: rate(0.05, 0.1),
    redis: { warn: "slow", critical: "down" },
    redisHitRate: rate(0.85, 0.7),
    redisMemory: rate(0.8, 0.9),
    postgresPool: rate(0.8, 1),
    busyWorkers: { warnFree: 1, criticalFree: 0 },
    connections: { warnHeldSec: 10, criticalRefused: 1 },
    waiting: rate(0.1, 0.5),
    users: { warn: 1 },
  },
};

const promised = (users: number, okRate: number, responseP95Ms: number, waitP95Ms: number | null = null) => ({
  users,
  okRate,
  responseP95Ms,
  waitP95Ms,
});

/**
 * "Wait ≈ 0" of stage 1 is taken as at most 300 ms: 50 browsers want up to 300 connections of its 100, so that a few of a
 * page's wait for another's to end (measured on an idle host of two cores: p50 2 to 4 ms, p95 57 to 215 ms).
 */
const promises = {
  1: [promised(50, 0.99, 500, 300)],
  2: [promised(50, 0.98, 1000), promised(100, 0.95, 2000), promised(200, 0.95, 1000, 7000)],
  3: [promised(200, 0.95, 2000), promised(500, 0.95, 2000)],
};

for (const stage of [1, 2, 3] as const) {
  test(`stage ${stage} has the figures of the contract, and no others`, () => {
    const { $schema, why, ...figures } = stageOf(ladder, stage);
    assert.equal($schema, "./profile.schema.json");
    assert.match(why, /\.$/);
    assert.deepEqual(figures, { stage, ...contract[stage], ...sameOnEveryStage, promise: promises[stage] });
  });

  test(`the backlog of stage ${stage} takes six connections per browser, less the limit, on each instance`, () => {
    const { users, instances, connections, backlog } = stageOf(ladder, stage);
    assert.equal(backlog, (users.max / instances) * 6 - connections);
  });
}

test("each step down the ladder is the next lower stage, and below the lowest there is none", () => {
  assert.equal(lowerStage(ladder, 3)?.stage, 2);
  assert.equal(lowerStage(ladder, 2)?.stage, 1);
  assert.equal(lowerStage(ladder, 1), null);
});

test("the shares of all workers add up to the instance's budget", () => {
  const profile = stageOf(ladder, 3);
  const slots = Array.from({ length: profile.workers }, (_, index) => workerLimits(profile, index + 1));
  assert.deepEqual(
    slots.map(({ queueMax }) => queueMax),
    shareOut(250, 16),
  );
  assert.ok(slots.every(({ connections, requestTimeoutMs }) => connections === 250 && requestTimeoutMs === 180_000));
});

test("a slot outside the stage has no limits", () => {
  assert.throws(() => workerLimits(stageOf(ladder, 1), 9), { code: "E_INTERNAL" });
  assert.throws(() => workerLimits(stageOf(ladder, 1), 0), { code: "E_INTERNAL" });
});

test("status names every limit by its path in the profile, once", () => {
  const names = declaredLimits(stageOf(ladder, 2)).map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(names.slice(0, 6), [
    "workers",
    "requestsPerWorker",
    "connections",
    "backlog",
    "waitTimeoutSec",
    "queue.max",
  ]);
});

test("every shipped stage passes the check that a start spares it", () => {
  for (const name of shippedProfiles()) {
    const file = join(builtInProfilesDir(), name);
    const raw = JSON.parse(readFileSync(file, "utf8")) as JsonObject;
    assert.deepEqual(checkProfile(raw, file), { ok: true, profile: stageOf(ladder, Number(raw["stage"])) });
  }
});

test("a shipped stage with one byte changed is checked again, and so is one under another number", async (t) => {
  const dir = scratchDir(t);
  const text = readFileSync(join(builtInProfilesDir(), "stage-2.json"), "utf8");
  writeFileSync(join(dir, "stage-2.json"), text.replace('"workers": 16', '"workers": 0'));
  await assert.rejects(loadLadder(dir), { code: "E_PROFILE" });
  writeFileSync(join(dir, "stage-2.json"), text);
  assert.equal(stageOf(await loadLadder(dir), 2).workers, 16);
  renameSync(join(dir, "stage-2.json"), join(dir, "stage-3.json"));
  await assert.rejects(loadLadder(dir), { code: "E_PROFILE" });
});

test("the sums of the shipped stages are those of their files (npm run generate)", () => {
  const { path, text } = generatedFiles.shippedProfiles;
  assert.equal(readFileSync(path, "utf8"), text());
});

test("profile.schema.json is what the definition gives (npm run generate)", () => {
  const { path, text } = generatedFiles.profileSchema;
  assert.equal(readFileSync(path, "utf8"), text());
});

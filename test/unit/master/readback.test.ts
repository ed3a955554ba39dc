import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { driftOf, type LiveLimits, readBack } from "../../../lib/master/readback.ts";
import { workerLimits } from "../../../lib/profile/limits.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";

const profile = stageOf(await loadLadder(builtInProfilesDir()), 2);
const asDeclared = (): LiveLimits => ({
  workers: Array.from({ length: profile.workers }, (_, index) => workerLimits(profile, index + 1)),
  door: { workers: 16, connections: 200, backlog: 1000, waitTimeoutMs: 10_000 },
  bootTimeoutMs: 30_000,
  recycle: "off",
  services: { postgres: null, redis: null },
});

describe("reading back", () => {
  it("finds no drift where everything runs as declared", () => {
    assert.deepEqual(driftOf(readBack(profile, asDeclared())), []);
  });

  it("counts workers and adds up their shares of the queue", () => {
    const { workers, ...rest } = asDeclared();
    const rows = readBack(profile, { ...rest, workers: workers.slice(1) });
    const effective = Object.fromEntries(rows.map((row) => [row.name, row.effective]));
    assert.equal(effective["workers"], 15);
    assert.equal(effective["queue.max"], 200 - (workers[0]?.queueMax ?? 0));
    assert.deepEqual(driftOf(rows), ["workers", "queue.max", "postgres.connections"]);
  });

  it("shows the one worker that differs, not a mean", () => {
    const live = asDeclared();
    const [first, ...others] = live.workers;
    assert.ok(first !== undefined);
    const rows = readBack(profile, { ...live, workers: [...others, { ...first, requestTimeoutMs: 7_000 }] });
    assert.equal(rows.find((row) => row.name === "requestTimeoutSec")?.effective, 7);
    assert.deepEqual(driftOf(rows), ["requestTimeoutSec"]);
  });

  it("says null, and no drift, where there is nothing to read", () => {
    const rows = readBack(profile, asDeclared());
    const redis = rows.find((row) => row.name === "redis.maxMemoryMb");
    assert.deepEqual([redis?.declared, redis?.effective, redis?.drift], [2048, null, false]);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHistogram } from "../../../lib/histogram.ts";
import type { SecondTally } from "../../../lib/load/plan.ts";
import { type LoadSummary, summarise } from "../../../lib/load/summary.ts";
import { tuningSteps } from "../../../lib/load/tuning.ts";
import { judgeLoad } from "../../../lib/load/verdict.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { catalogue } from "../../../lib/words/catalogue/index.ts";

const { promise } = stageOf(await loadLadder(builtInProfilesDir()), 2);

const times = (...values: readonly number[]) => {
  const histogram = createHistogram();
  for (const ms of values) histogram.record(ms);
  return histogram.take();
};
const second = (at: number, change: Partial<SecondTally> = {}): SecondTally => ({
  ...{ second: at, requests: 10, ok: 10, bytes: 100, visits: 2, errors: [], longestMs: 20, users: 5 },
  ...{ totalMs: times(10, 20), plainMs: times(10, 20), responseMs: times(10, 15), waitMs: times(0, 5) },
  ...change,
});
const calm = { utilization: 0.2, loopLagP99Ms: 3 };

describe("the sum of a load", () => {
  it("leaves the ramp out of everything but the course, and joins what several processes saw", () => {
    const tallies = [second(0, { ok: 0 }), second(1), second(1, { users: 4 }), second(2)];
    const summary = summarise({ users: 9, rampSec: 1, seconds: 3, tallies, strains: [calm, calm] });
    assert.deepEqual([summary.requests, summary.ok, summary.okRate, summary.requestsPerSec], [30, 30, 1, 15]);
    assert.deepEqual(
      summary.series.map(({ second: at, requests, errors, users }) => [at, requests, errors, users]),
      [
        [0, 10, 10, 5],
        [1, 20, 0, 9],
        [2, 10, 0, 5],
      ],
    );
    assert.equal(summary.total.maxMs, 20);
  });

  it("lists errors by kind and path with their time, the most first", () => {
    const one = (count: number) => [
      { kind: "503", path: "/", count },
      { kind: "reset", path: "/a", count: 1 },
    ];
    const tallies = [second(4, { errors: one(2) }), second(7, { errors: one(3) })];
    const { errors } = summarise({ users: 1, rampSec: 0, seconds: 8, tallies, strains: [calm] });
    assert.deepEqual(errors, [
      { kind: "503", path: "/", count: 5, firstSec: 4, lastSec: 7 },
      { kind: "reset", path: "/a", count: 2, firstSec: 4, lastSec: 7 },
    ]);
  });

  it("says when a generator was the limit itself", () => {
    const limited = (utilization: number, loopLagP99Ms: number): boolean =>
      summarise({ users: 1, rampSec: 0, seconds: 1, tallies: [], strains: [calm, { utilization, loopLagP99Ms }] })
        .strain.limited;
    assert.deepEqual([limited(0.9, 100), limited(0.91, 0), limited(0, 101)], [false, true, true]);
  });

  it("knows nothing where nothing was asked", () => {
    const summary = summarise({ users: 1, rampSec: 0, seconds: 1, tallies: [], strains: [calm] });
    assert.deepEqual(
      [summary.okRate, summary.total.p95Ms, summary.total.maxMs, summary.wait.p95Ms],
      [null, null, null, null],
    );
  });
});

describe("the promise of a stage", () => {
  const found = (users: number, okRate: number | null, p95Ms: number | null, waitMs: number | null = 0) => {
    const quantiles = (ms: number | null): LoadSummary["wait"] => ({ p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms });
    return judgeLoad({ users, okRate, response: quantiles(p95Ms), wait: quantiles(waitMs) }, promise);
  };

  it("is the one for so many users, or for the next larger number; beyond the last it says so", () => {
    assert.deepEqual([found(50, 1, 1).promisedUsers, found(51, 1, 1).promisedUsers], [50, 100]);
    assert.deepEqual(
      [found(200, 1, 1).beyond, found(201, 1, 1).beyond, found(201, 1, 1).promisedUsers],
      [false, true, 200],
    );
  });

  it("is kept at its edges, missed beside them, and missed where nothing was measured", () => {
    assert.ok(found(50, 0.98, 1_000).kept && found(100, 0.95, 2_000).kept);
    assert.ok(!found(50, 0.979, 1_000).kept && !found(50, 0.98, 1_001).kept);
    assert.ok(!found(50, null, null).kept);
    assert.deepEqual(
      [found(200, 1, 1, 7_000).kept, found(200, 1, 1, 7_001).kept, found(200, 1, 1, null).kept],
      [true, false, false],
    );
  });
});

describe("what to look at", () => {
  it("are the runbook's four steps in its order, each with its figure", () => {
    const seen = { cpu: 0.9, memory: 0.5, diskIo: 0, redisMemory: null, poolBusy: 40, poolBudget: 40 };
    const steps = tuningSteps(seen, 240, 3);
    assert.deepEqual(
      steps.map(({ code }) => code),
      ["tuning.host", "tuning.redis", "tuning.postgres", "tuning.stage"],
    );
    assert.deepEqual(steps[2]?.facts, { busy: 40, budget: 40 });
    assert.ok(steps.every(({ code }) => Object.hasOwn(catalogue, code)));
  });
});

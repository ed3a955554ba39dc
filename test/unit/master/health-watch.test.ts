import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { heldForMs } from "../../../lib/health/hysteresis.ts";
import { createHistogram } from "../../../lib/histogram.ts";
import type { HeldLoads, KeptLoad } from "../../../lib/home/held-loads.ts";
import { createCapacityWatch } from "../../../lib/master/capacity-watch.ts";
import type { Generation } from "../../../lib/master/generation.ts";
import { createHealthWatch } from "../../../lib/master/health-watch.ts";
import { nothingSeen } from "../../../lib/master/host-look.ts";
import { createWorkWatch, type WorkEstimate, type WorkLook } from "../../../lib/master/work-watch.ts";
import { bornWorker, type WorkerRecord } from "../../../lib/master/worker-record.ts";
import { identifyUpstream } from "../../../lib/master/upstream-app.ts";
import type { Beat } from "../../../lib/protocol/worker-messages.ts";
import { snapshot } from "../control/canned.ts";
import { ladder } from "../health/figures.ts";

const [stage1, stage2] = ladder;
assert.ok(stage1 !== undefined && stage2 !== undefined);

const beat = (answers: number): Beat => {
  const response = createHistogram();
  for (let one = 0; one < answers; one++) response.record(20);
  return {
    ...{ connections: 0, inFlight: 0, queued: 0, requests: [], more: 0, served: 0, users: [], errors: 0 },
    ...{ timedOut: 0, shed: 0, refused: 0, responseMs: response.take(), waitMs: [], answers },
    ...{ cpuMs: answers * 5 + 2, spanMs: 1_000, rssBytes: 0, heapUsedBytes: 0, heapLimitBytes: 0 },
    ...{
      overdue: [],
      loopDelayP99Ms: null,
      utilization: 0,
      postgres: null,
      redis: null,
      responseCache: null,
      effective: null,
    },
  };
};

const worker = (answers: number, atMs: number, id = 1): WorkerRecord => ({
  ...bornWorker({ id, pid: 100 + id, slot: id, generation: 1 }, 0),
  ...{ state: "ready", beat: beat(answers), beatAtMs: atMs },
});

const at = new Date("2026-11-26T10:00:00.000Z");

describe("what requests cost", () => {
  const watch = () => {
    const work = createWorkWatch(() => at);
    const seconds = (from: number, count: number, answers: number, look: Partial<WorkLook> = {}): void => {
      for (let second = from; second < from + count; second++) {
        const nowMs = second * 1_000;
        const serving = [worker(answers, nowMs + 1), worker(0, nowMs + 1, 2)];
        work.tick({
          ...{ nowMs, app: "a", serving, usedCores: null, users: 20, p95Ms: 30, lastMinuteAnswers: answers * 60 },
          ...look,
        });
      }
    };
    return { work, seconds };
  };

  test("is told after enough requests, and kept when the traffic ends", () => {
    const { work, seconds } = watch();
    seconds(0, 19, 10);
    assert.equal(work.last(), null);
    seconds(19, 2, 10);
    const told = work.last();
    assert.ok(Math.abs((told?.measured.cpuMsPerRequest ?? 0) - 5) < 0.01);
    seconds(21, 900, 0);
    assert.deepEqual(work.last(), told);
  });

  test("counts each beat once, however often it is looked at", () => {
    const { work } = watch();
    const serving = [worker(150, 1)];
    const look = { nowMs: 0, app: "a", serving, usedCores: null, users: 1, p95Ms: null, lastMinuteAnswers: 0 };
    for (let time = 0; time < 5; time++) work.tick({ ...look, nowMs: time * 1_000 });
    assert.equal(work.last(), null, "150 requests, five times the same");
  });

  test("of a user is told after five minutes of ten users, and of no fewer", () => {
    const { work, seconds } = watch();
    seconds(0, 100, 10);
    assert.equal(work.last()?.requestsPerUserSec, null);
    seconds(100, 250, 10);
    assert.ok(Math.abs((work.last()?.requestsPerUserSec ?? 0) - 0.5) < 0.05, "10 a second of 20 users");
    const few = watch();
    few.seconds(0, 350, 10, { users: 9 });
    assert.equal(few.work.last()?.requestsPerUserSec, null);
  });

  test("with other code is measured anew; the last estimate stays, as that of the code before", () => {
    const { work, seconds } = watch();
    seconds(0, 30, 10);
    seconds(30, 5, 10, { app: "b" });
    assert.equal(work.last()?.app, "a");
    seconds(35, 20, 10, { app: "b" });
    assert.equal(work.last()?.app, "b");
  });

  test("is not told of answers that are mostly errors", () => {
    const { work } = watch();
    for (let second = 0; second < 60; second++) {
      const record = worker(20, second * 1_000 + 1);
      const serving = [{ ...record, beat: { ...beat(20), errors: 3 } }];
      work.tick({
        ...{ nowMs: second * 1_000, app: "a", serving, usedCores: null, users: 1, p95Ms: 5, lastMinuteAnswers: 1_200 },
      });
    }
    assert.equal(work.last(), null);
  });

  test("keeps the best p95 of a minute, and none of the minute in which other code still counted", () => {
    const { work, seconds } = watch();
    seconds(0, 59, 10, { p95Ms: 5 });
    assert.equal(work.last()?.responseP95Ms, null);
    seconds(59, 10, 10, { p95Ms: 80 });
    seconds(69, 10, 10, { p95Ms: 60 });
    seconds(79, 10, 10, { p95Ms: 900 });
    assert.equal(work.last()?.responseP95Ms, 60);
  });
});

const memoryOnly = (): HeldLoads & { readonly kept: KeptLoad[] } => {
  const kept: KeptLoad[] = [];
  return { kept, all: () => kept, add: (load) => Promise.resolve(void kept.push(load)) };
};

const generation = (change: Partial<Generation> = {}): Generation => ({
  ...{ id: 1, profile: stage1 },
  app: { path: "/srv/app.js", builtIn: false, args: [], version: null, fingerprint: "a" },
  ...change,
});

const work: WorkEstimate = {
  ...{ app: "a", at: at.toISOString(), responseP95Ms: null, requestsPerUserSec: null },
  measured: {
    ...{ requests: 500, cpuMsPerRequest: 5, serviceMsPerRequest: 20, queryMsPerRequest: null },
    ...{ idleCores: 0, othersCores: 0 },
  },
};
const host = { ...nothingSeen, cores: 8, memoryBytes: 2e10, availableBytes: 1e10, workerBytes: 1e8 };

describe("which stage is held", () => {
  const watch = (loads = memoryOnly()) =>
    createCapacityWatch({ ladder, loads, notKept: (error) => assert.fail(String(error)) });
  const seen = { inForce: generation(), work, host, workers: 8 };

  test("is told with where the requests of a user come from: users online, else the last load, else a model", () => {
    const capacity = watch();
    assert.equal(capacity.read(seen)?.estimate?.usersFrom, "model");
    capacity.hold({ users: 10, kept: true, requestsPerSec: 30, generation: 1 }, generation(), at);
    const ofLoad = capacity.read(seen)?.estimate;
    assert.deepEqual([ofLoad?.usersFrom, ofLoad?.requestsPerUserSec], ["load", 3]);
    const online = capacity.read({ ...seen, work: { ...work, requestsPerUserSec: 0.5 } })?.estimate;
    assert.deepEqual([online?.usersFrom, online?.requestsPerUserSec], ["online", 0.5]);
  });

  test("of other code than the one in force says so, and is not confirmed by loads on that", () => {
    const capacity = watch();
    capacity.hold({ users: 10, kept: true, requestsPerSec: 30, generation: 1 }, generation(), at);
    const changed = generation({ id: 2, app: { ...generation().app, fingerprint: "b" } });
    const found = capacity.read({ ...seen, inForce: changed });
    assert.deepEqual([found?.estimate?.ofOtherCode, found?.held], [true, null]);
  });

  test("counts a load for the profile under which it was made, and for no edited one", () => {
    const capacity = watch();
    capacity.hold({ users: 40, kept: true, requestsPerSec: 40, generation: 1 }, generation(), at);
    const edited = generation({ id: 2, profile: { ...stage1, workers: 4 } });
    assert.equal(capacity.read({ ...seen, inForce: edited })?.stages[0]?.held, null);
    const above = generation({ id: 3, profile: stage2 });
    const found = capacity.read({ ...seen, inForce: above });
    assert.deepEqual(
      found?.stages.map(({ stage, held }) => [stage, held?.users ?? null]),
      [
        [1, 40],
        [2, null],
        [3, null],
      ],
    );
  });

  test("does not count what was found of a generation that is gone", () => {
    const loads = memoryOnly();
    assert.equal(
      watch(loads).hold({ users: 1, kept: true, requestsPerSec: 1, generation: 2 }, generation(), at),
      false,
    );
    assert.deepEqual(loads.kept, []);
  });

  test("is not estimated of an upstream, whose work is not ours to measure", () => {
    const upstream = generation({ app: identifyUpstream("http://127.0.0.1:1") });
    assert.equal(watch().read({ ...seen, inForce: upstream }), null);
  });

  test("is remembered where the disk refuses, which is told", async () => {
    let told: unknown = null;
    const kept: KeptLoad[] = [];
    const full = new Error("ENOSPC");
    const loads: HeldLoads = {
      all: () => kept,
      add: (load) => {
        kept.push(load);
        return Promise.reject(full);
      },
    };
    const capacity = createCapacityWatch({ ladder, loads, notKept: (error) => void (told = error) });
    assert.equal(capacity.hold({ users: 5, kept: true, requestsPerSec: 5, generation: 1 }, generation(), at), true);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(told, full);
    assert.equal(capacity.read({ ...seen, work: null })?.held?.users, 5);
  });
});

test("levels are held for a generation, and a new one with its own thresholds begins anew", () => {
  let nowMs = 0;
  let inForce = generation();
  const watch = createHealthWatch({
    ladder,
    hostLook: { tick: () => undefined, found: () => nothingSeen },
    work: createWorkWatch(() => at),
    capacity: createCapacityWatch({ ladder, loads: memoryOnly(), notKept: (error) => assert.fail(String(error)) }),
    records: () => [],
    inForce: () => ({ revision: 1, generation: inForce }),
    now: () => nowMs,
    wallClock: () => at,
  });
  const tick = (level: "ok" | "critical"): void => {
    const [cpu] = snapshot().indicators;
    assert.ok(cpu !== undefined);
    watch.tick(snapshot({ generation: inForce.id, indicators: [{ ...cpu, level }] }));
    nowMs += 1_000;
  };
  tick("critical");
  tick("ok");
  assert.notEqual(watch.readings(1).levels.get("cpu")?.critical, null);
  assert.equal(watch.readings(2).levels.get("cpu"), undefined);
  inForce = generation({ id: 2 });
  tick("ok");
  assert.equal(watch.readings(2).levels.get("cpu")?.critical, null);
  nowMs += heldForMs;
  assert.equal(watch.readings(1).levels.get("cpu"), undefined);
});

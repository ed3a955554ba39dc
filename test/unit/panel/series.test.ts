import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCumulative, createHistogram } from "../../../lib/histogram.ts";
import { marksBetween } from "../../../lib/panel/marks.ts";
import { createRing } from "../../../lib/panel/ring.ts";
import { createSeries, type SeriesTotals } from "../../../lib/panel/series.ts";
import type { Snapshot } from "../../../lib/protocol/snapshot.ts";
import { snapshot } from "../control/canned.ts";

describe("a ring", () => {
  test("keeps the newest, oldest first, however long it runs", () => {
    const ring = createRing({ columns: 2, length: 3, stepSec: 5 });
    for (let step = 0; step < 1000; step++) ring.put(step * 5, [step, null]);
    assert.deepEqual(ring.column(0), [997, 998, 999]);
    assert.deepEqual(ring.column(1), [null, null, null]);
    assert.equal(ring.newestSec(), 999 * 5);
  });

  test("shows a gap where the host slept, and none where a look was merely late", () => {
    const ring = createRing({ columns: 1, length: 6, stepSec: 5 });
    ring.put(0, [1]);
    ring.put(10, [3]);
    assert.deepEqual(ring.column(0), [null, null, null, 1, 3, 3]);
    ring.put(30, [7]);
    assert.deepEqual(ring.column(0), [3, 3, null, null, null, 7]);
    ring.put(100_000, [8]);
    assert.deepEqual(ring.column(0), [null, null, null, null, null, 8]);
    ring.put(5, [9]);
    assert.deepEqual(ring.column(0), [null, null, null, null, null, 8], "time never goes back");
  });
});

describe("the series", () => {
  test("gives rates and percentiles of exactly the step, from counters that only grow", () => {
    const series = createSeries();
    const counted = createCounted();
    series.sample(seenAt(0, counted.totals()));
    counted.answer([10, 10, 10, 100], 1);
    const { point } = series.sample(seenAt(5_000, counted.totals()));
    assert.equal(point.values.requestsPerSec, 0.8);
    assert.equal(point.values.errorRate, 0.25);
    assert.ok((point.values.p50Ms ?? 0) >= 10 && (point.values.p50Ms ?? 0) < 11);
    assert.ok((point.values.p99Ms ?? 0) >= 100 && (point.values.p99Ms ?? 0) < 107);
    const quiet = series.sample(seenAt(10_000, counted.totals())).point.values;
    assert.deepEqual([quiet.requestsPerSec, quiet.p95Ms, quiet.errorRate], [0, null, null]);
  });

  test("of a young master end now, though a step of the day has not passed yet", () => {
    const series = createSeries();
    const now = { monotonicMs: 7_200_000, wallMs: wallStartMs + 7_200_000 };
    series.sample({ ...seenAt(0, createCounted().totals()), ...now });
    const { hour, day } = series.answer(now);
    assert.deepEqual([hour.endSec, day.endSec], [now.wallMs / 1_000, now.wallMs / 1_000]);
  });

  test("keeps an hour in fine steps and a day in coarse ones, and not a byte more", () => {
    const series = createSeries();
    const counted = createCounted();
    const load = (held: number): Snapshot => snapshot({ load: { ...snapshot().load, held } });
    for (let atMs = 0; atMs <= 7_200_000; atMs += 5_000) {
      series.sample({ ...seenAt(atMs, counted.totals()), snapshot: load(atMs === 7_000_000 ? 50 : 1) });
    }
    const { hour, day } = series.answer({ monotonicMs: 7_200_000, wallMs: wallStartMs + 7_200_000 });
    assert.deepEqual(
      [hour.columns.held.length, hour.stepSec, day.columns.held.length, day.stepSec],
      [720, 5, 720, 120],
    );
    assert.equal(hour.columns.held.filter((value) => value === null).length, 0);
    assert.equal(day.columns.held.filter((value) => value !== null).length, 60);
    assert.equal(Math.max(...day.columns.held.map((value) => value ?? 0)), 50, "a peak is not averaged away");
    assert.equal(hour.endSec, (wallStartMs + 7_200_000) / 1_000);
  });

  test("forgets the oldest marks", () => {
    const series = createSeries();
    const counted = createCounted();
    for (let revision = 1; revision <= 400; revision++) {
      series.sample({ ...seenAt(revision * 5_000, counted.totals()), snapshot: snapshot({ revision }) });
    }
    const { marks } = series.answer({ monotonicMs: 0, wallMs: 0 });
    assert.equal(marks.length, 200);
    assert.deepEqual(marks.at(-1)?.message, { code: "mark.revision", facts: { revision: 400, stage: 2 } });
  });
});

describe("marks", () => {
  const codes = (before: Snapshot, after: Snapshot) =>
    marksBetween(before, after).map(({ kind, message }) => `${kind} ${message.code}`);

  test("name a revision, a restart, a sick service, drift, held and refused clients, and nothing else", () => {
    const calm = snapshot();
    assert.deepEqual(codes(calm, calm), []);
    assert.deepEqual(codes(calm, snapshot({ revision: 16 })), ["change mark.revision"]);
    const [first, ...others] = calm.workers;
    assert.ok(first !== undefined);
    const restarted = { ...first, restarts: first.restarts + 1 };
    assert.deepEqual(codes(calm, snapshot({ workers: [restarted, ...others] })), ["fault mark.restarted"]);
    const sick = snapshot({ services: { ...calm.services, redis: { ...calm.services.redis, state: "down" } } });
    assert.deepEqual(codes(calm, sick), ["fault mark.service"]);
    const well = snapshot({ services: { ...calm.services, redis: { ...calm.services.redis, state: "up" } } });
    assert.deepEqual(codes(sick, well), ["well mark.service"]);
    const drifting = snapshot({ drift: ["workers"] });
    assert.deepEqual([codes(calm, drifting), codes(drifting, calm)], [["fault mark.drift"], ["well mark.no-drift"]]);
    assert.deepEqual(codes(snapshot({ state: "starting", drift: ["workers"] }), calm), []);
    const held = snapshot({ load: { ...calm.load, held: 3 } });
    assert.deepEqual([codes(calm, held), codes(held, held)], [["fault mark.held"], []]);
    assert.deepEqual(codes(calm, snapshot({ load: { ...calm.load, refused: 2 } })), ["fault mark.refused"]);
  });
});

const wallStartMs = Date.UTC(2026, 10, 26);

const seenAt = (monotonicMs: number, totals: SeriesTotals) => ({
  monotonicMs,
  wallMs: wallStartMs + monotonicMs,
  snapshot: snapshot(),
  totals,
});

const createCounted = () => {
  const response = createCumulative();
  let answers = 0;
  let errors = 0;
  return {
    answer: (timesMs: readonly number[], bad: number): void => {
      const beat = createHistogram();
      for (const timeMs of timesMs) beat.record(timeMs);
      response.merge(beat.take());
      answers += timesMs.length;
      errors += bad;
    },
    totals: (): SeriesTotals => ({
      ...{ answers, errors, refusedAtDoor: 0 },
      response: response.counts(),
      wait: createCumulative().counts(),
    }),
  };
};

import assert from "node:assert/strict";
import test from "node:test";
import { createMemorySeen } from "../../../lib/master/memory-seen.ts";
import { createSeen } from "../../../lib/master/seen.ts";
import { watchEverySecond, withSick } from "../../../lib/master/watching.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import type { Beat } from "../../../lib/protocol/worker-messages.ts";
import { createHistogram } from "../../../lib/histogram.ts";

const profile = stageOf(await loadLadder(builtInProfilesDir()), 2);
const well = { postgres: null, redis: null, upstream: null };
const idle = { cpu: 1, memory: 0.5, diskIo: 1 };
const up = { state: "up", reason: null, latencyMs: 1 } as const;

test("a service that is slow or down, and a host without memory, are sick; a busy CPU is not", () => {
  const seen = createSeen().figures(1_000);
  assert.equal(withSick(null, { profile, late: 1, onTime: 1, host: idle, services: well }), null);
  assert.deepEqual(withSick(seen, { profile, late: 1, onTime: 1, host: idle, services: well })?.sick, []);
  assert.equal(withSick(seen, { profile, late: 1, onTime: 1, host: idle, services: well })?.late, 1);
  const postgres = { ...up, maxConnections: 100, reserved: 3 };
  const slow = { ...well, postgres: { ...postgres, state: "slow" as const } };
  assert.deepEqual(
    withSick(seen, { profile, late: 1, onTime: 1, host: idle, services: { ...well, postgres } })?.sick,
    [],
  );
  assert.deepEqual(
    withSick(seen, { profile, late: 1, onTime: 1, host: { ...idle, memory: 0.9 }, services: slow })?.sick,
    ["postgres", "host"],
  );
});

/** So many answers of so many milliseconds. */
const beat = (answers: number, ms: number, errors = 0): Beat => {
  const histogram = createHistogram();
  for (let n = 0; n < answers; n++) histogram.record(ms);
  return { answers, errors, responseMs: histogram.take(), rssBytes: 80 } as unknown as Beat;
};

test("of a generation its answers, errors and ends are seen since the door pointed to it, its p95 in the second half", () => {
  const seen = createSeen();
  seen.heard(1, beat(50, 5_000, 50), 500);
  seen.crashed();
  seen.begin(1_000);
  seen.heard(1, beat(100, 1_000, 2), 2_000);
  seen.heard(1, beat(60, 10), 9_000);
  seen.crashed();
  seen.hung();
  const { p95Ms, memory, ...counts } = seen.figures(11_000);
  assert.deepEqual(memory, { rssBytes: 80, roseBytes: 0, roseLatelyBytes: 0 });
  assert.deepEqual(counts, { forMs: 10_000, answers: 160, errors: 2, crashes: 1, hangs: 1, p95Of: 60 });
  assert.ok(p95Ms !== null && p95Ms >= 10 && p95Ms < 11, String(p95Ms));
});

test("the next one is held against the last minute of the old one alone, since the door pointed to it", () => {
  const seen = createSeen();
  assert.deepEqual(seen.lastMinute(0), { errorRate: null, p95Ms: null, rssBytes: null });
  seen.begin(0);
  seen.heard(1, beat(100, 5_000, 100), 1_000);
  seen.heard(1, beat(90, 10, 9), 70_000);
  seen.heard(2, beat(10, 10), 70_000);
  const { p95Ms, ...rest } = seen.lastMinute(71_000);
  assert.deepEqual(rest, { errorRate: 0.09, rssBytes: 80 });
  assert.ok(p95Ms !== null && p95Ms >= 10 && p95Ms < 11, String(p95Ms));
  seen.begin(72_000);
  assert.equal(seen.lastMinute(73_000).errorRate, null, "what was before it was taken back to is not its own");
});

test("what was answered while a service was down, and before that was told, is nothing to be held against", () => {
  const seen = createSeen();
  seen.begin(0);
  seen.heard(1, beat(100, 10, 40), 1_000);
  seen.serviceFell(true, 2_000);
  assert.equal(seen.lastMinute(2_500).errorRate, null);
  seen.heard(1, beat(100, 10, 90), 3_000);
  seen.serviceFell(false, 4_000);
  seen.heard(1, beat(100, 10, 90), 5_000);
  assert.equal(seen.lastMinute(5_500).errorRate, null, "requests that waited for it still end");
  seen.heard(1, beat(100, 10, 1), 7_000);
  assert.equal(seen.lastMinute(8_000).errorRate, 0.01);
});

test("the memory of a generation is the mean of its workers that speak, and how it rose", () => {
  const memory = createMemorySeen();
  memory.heard(1, 50, 500);
  memory.begin();
  for (let second = 1; second <= 20; second++) {
    // Each looks every fifth second.
    memory.heard(1, 100 + Math.floor(second / 5) * 40, second * 1_000);
    memory.heard(2, 100, second * 1_000);
    if (second < 10) memory.heard(3, 9_000, second * 1_000);
  }
  assert.deepEqual(memory.figures(20_000, 10_000), { rssBytes: 180, roseBytes: 80, roseLatelyBytes: 40 });
  assert.equal(memory.figures(40_000, 20_000), null, "nobody speaks");
});

test("the window is looked into until there is nothing more to see", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const left = [3, 2, 1];
  const looked: number[] = [];
  const looking = (async () => {
    for await (const seen of watchEverySecond(() => left.shift() ?? null)) looked.push(seen);
  })();
  for (let second = 0; second < 4; second++) {
    t.mock.timers.tick(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await looking;
  assert.deepEqual(looked, [3, 2, 1]);
});

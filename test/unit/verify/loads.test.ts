import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Indicator } from "../../../lib/protocol/snapshot.ts";
import { indicatorSteps, worstOf } from "../../../lib/verify/indicator-watch.ts";
import { promiseStep } from "../../../lib/verify/promise-steps.ts";
import type { ProvenLoad } from "../../../lib/verify/proof.ts";
import { changeBetween } from "../../../lib/verify/scene.ts";
import { say } from "../../../lib/words/say.ts";
import { snapshot } from "../control/canned.ts";
import { someProof } from "./some-proof.ts";

const [load] = someProof().loads;
assert.ok(load !== undefined);
const notKept: ProvenLoad = { ...load, verdict: { ...load.verdict, kept: false } };

describe("the promise at a number of users", () => {
  test("is kept or not; where the generator was the limit, what was not kept says nothing", () => {
    assert.equal(promiseStep(load).result, "held");
    assert.equal(promiseStep({ ...load, limited: true }).result, "held");
    assert.equal(promiseStep(notKept).result, "not-held");
    assert.equal(promiseStep({ ...notKept, limited: true }).result, "inconclusive");
    assert.equal(promiseStep({ ...notKept, requests: 0 }).result, "inconclusive");
    assert.match(say("en", promiseStep(load).message), /^50 users: success 100 % \(at least 98 %\)/);
  });
});

describe("the indicators meanwhile", () => {
  const row = (name: string, value: number | null, level: Indicator["level"]): Indicator => ({
    ...{ name, value, level, advice: null },
    ...(name === "redisHitRate" ? { warn: 0.85, critical: 0.7 } : { warn: 0.7, critical: 0.8 }),
  });
  const worst = (...looks: readonly Indicator[][]) =>
    looks.reduce<ReturnType<typeof worstOf>>((before, now) => worstOf(before, now), []);

  test("the worst level is kept, and in a level the worst value", () => {
    const seen = worst(
      [row("cpu", 0.5, "ok")],
      [row("cpu", 0.75, "warn")],
      [row("cpu", 0.78, "warn")],
      [row("cpu", 0.9, "ok")],
    );
    assert.deepEqual(
      seen.map(({ value, level }) => [value, level]),
      [[0.78, "warn"]],
    );
  });

  test("a level that is only held up is no worse than its figure", () => {
    const advice = { code: "advice.cpu", facts: {} };
    const held = (value: Indicator["value"], level: Indicator["level"], more: Partial<Indicator> = {}) =>
      worst([{ ...row("cpu", null, level), value, advice, ...more }]).map((seen) => [seen.level, seen.advice])[0];
    assert.deepEqual(held(0, "warn"), ["ok", null]);
    assert.deepEqual(held(0.7, "critical"), ["warn", advice]);
    assert.deepEqual(held(0.8, "critical"), ["critical", advice]);
    assert.deepEqual(held(null, "warn"), ["unknown", null]);
    const refusals = { warn: 10, critical: "refusals" };
    assert.deepEqual(held("refusals", "critical", refusals), ["critical", advice]);
    assert.deepEqual(held(3, "critical", refusals), ["ok", null]);
    assert.deepEqual(held("up", "critical", { warn: "slow", critical: "down" }), ["ok", null]);
    assert.deepEqual(held("slow", "critical", { warn: "slow", critical: "down" }), ["warn", advice]);
    assert.deepEqual(held(0.9, "warn", { warn: 0.85, critical: 0.7 }), ["ok", null]);
  });

  test("what warns below its edge is worse the lower it is", () => {
    const seen = worst(
      [row("redisHitRate", 0.8, "warn")],
      [row("redisHitRate", 0.75, "warn")],
      [row("redisHitRate", 0.82, "warn")],
    );
    assert.equal(seen[0]?.value, 0.75);
  });

  test("what was never known is not measured, and nothing seen is told as that", () => {
    const [unknown, warned] = indicatorSteps(worst([row("cpu", null, "unknown"), row("memory", 0.75, "warn")]));
    assert.deepEqual([unknown?.result, warned?.result], ["not-measured", "not-held"]);
    assert.equal(indicatorSteps([])[0]?.result, "not-measured");
  });
});

test("stage, revision and generation must stay as they were", () => {
  assert.equal(changeBetween(snapshot(), snapshot()), null);
  assert.deepEqual(changeBetween(snapshot(), snapshot({ generation: 4 })), { what: "generation", before: 3, now: 4 });
  assert.equal(changeBetween(snapshot(), snapshot({ stage: 3, revision: 16, generation: 4 }))?.what, "stage");
});

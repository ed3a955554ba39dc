import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type DeclaredInput, declaredSteps } from "../../../lib/verify/declared-steps.ts";
import { lookAtLadder } from "../../../lib/verify/ladder.ts";
import type { ProofStep } from "../../../lib/verify/proof.ts";
import { say } from "../../../lib/words/say.ts";
import { writeLadder } from "../../support/ladder.ts";
import { scratchDir } from "../../support/scratch.ts";
import { snapshot } from "../control/canned.ts";
import { rows, rowsWith, stage1, stage2 } from "./some-proof.ts";

const file = "profiles/stage-2.json";
const worker = { ...snapshot().workers[0], slot: 1, state: "ready", generation: 3, changedCode: false } as never;

const look = (overrides: Partial<DeclaredInput["snapshot"]> = {}, rest: Partial<DeclaredInput> = {}) =>
  declaredSteps({
    snapshot: { ...snapshot(), limits: rows, drift: [], workers: [worker], ...overrides },
    profile: stage2,
    onDisk: { file, profile: stage2 },
    lower: stage1,
    ...rest,
  });

const lineOf = (steps: readonly ProofStep[], name: string): string => {
  const found = steps.filter((step) => step.name === name);
  assert.equal(found.length, 1, name);
  return found.map(({ result, message }) => `${result}: ${say("en", message)}`).join();
};

describe("declared = effective", () => {
  test("each limit says what was expected, what was found, and what the stage below has", () => {
    const steps = look();
    assert.equal(lineOf(steps, "workers"), "held: expected 16, found 16; stage 1 has 8");
    assert.equal(lineOf(steps, "requestTimeoutSec"), "held: expected 180, found 180; stage 1 has 120");
    assert.ok(steps.every(({ result }) => result === "held"));
  });

  test("what is read back as something else does not hold; what nobody can read is not measured", () => {
    assert.match(
      lineOf(look({ limits: rowsWith("requestTimeoutSec", 5) }), "requestTimeoutSec"),
      /^not-held: expected 180, found 5/,
    );
    assert.match(
      lineOf(look({ limits: rowsWith("redis.policy", null) }), "redis.policy"),
      /^not-measured: expected allkeys-lru/,
    );
  });

  test("a missing worker is named by its slot, with the command that tells why", () => {
    const gone = { ...(worker as object), slot: 7, state: "backing-off" } as never;
    const line = lineOf(look({ limits: rowsWith("workers", 15), workers: [worker, gone] }), "workers");
    assert.equal(line, "not-held: expected 16, found 15; stage 1 has 8. Missing: slot 7; `dashd why 7` tells more");
  });

  test("a profile edited under the running instance has a line for each field that differs", () => {
    const edited = { ...stage2, workers: 12, queue: { max: 50 } };
    const steps = look({}, { onDisk: { file, profile: edited } }).filter(({ result }) => result === "not-held");
    assert.deepEqual(
      steps.map(({ message }) => say("en", message)),
      [
        "profiles/stage-2.json now says workers 12, the instance runs 16; stage 1 has 8: `dashd stage 2` brings it into force",
        "profiles/stage-2.json now says queue.max 50, the instance runs 200; stage 1 has 100: `dashd stage 2` brings it into force",
      ],
    );
  });

  test("a promise edited in the file is a difference too, one only told otherwise is none", () => {
    const [first, ...more] = stage2.promise;
    assert.ok(first !== undefined);
    const softer = { ...stage2, promise: [{ ...first, okRate: 0.5 }, ...more] };
    assert.match(lineOf(look({}, { onDisk: { file, profile: softer } }), "promise[0].okRate"), /^not-held/);
    assert.match(
      lineOf(look({}, { onDisk: { file, profile: { ...stage2, why: "Told otherwise." } } }), "profile"),
      /^held/,
    );
  });

  test("a ladder that is gone or faulty does not hold", () => {
    const gone = { file, fault: { code: "verify.ladder-gone", facts: {} } };
    assert.match(lineOf(look({}, { onDisk: gone }), "profile"), /^not-held: profiles\/stage-2.json is gone/);
  });

  test("a ladder that is faulty by now is named as the next command wants it", async (t) => {
    const dir = writeLadder(join(scratchDir(t), "ladder"), { 2: { workers: "many" } });
    const { onDisk } = await lookAtLadder(dir, 2, null, (path) => path);
    const said = lineOf(look({}, { onDisk }), "profile");
    assert.match(said, /^not-held: .* is faulty by now \(1 fault\): `dashd profiles --profiles /);
    assert.ok(said.includes(`--profiles ${dir}\``));
  });

  test("other code on disk, or in one worker, does not hold; an upstream is not ours to prove", () => {
    assert.match(lineOf(look({ drift: ["app"] }), "app"), /^not-held: .*`dashd reload`/);
    assert.match(
      lineOf(look({ workers: [{ ...(worker as object), changedCode: true } as never] }), "app"),
      /^not-held: Slot 1 /,
    );
    const services = {
      ...snapshot().services,
      upstream: { url: "http://127.0.0.1:9", state: "up", reason: null, latencyMs: 1 },
    };
    assert.match(lineOf(look({ services: services as never }), "app"), /^not-measured/);
  });
});

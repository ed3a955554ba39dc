import assert from "node:assert/strict";
import { test } from "node:test";
import { compareProfiles, fingerprintOf } from "../../../lib/profile/compare.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { withWorkers } from "../../../lib/profile/override.ts";

const ladder = await loadLadder(builtInProfilesDir());
const [one, two] = [stageOf(ladder, 1), stageOf(ladder, 2)];

test("what differs is told by its path, with both values", () => {
  const changes = new Map(compareProfiles(one, two).map(({ field, before, after }) => [field, [before, after]]));
  assert.deepEqual(changes.get("workers"), [8, 16]);
  assert.deepEqual(changes.get("queue.max"), [100, 200]);
  assert.deepEqual(changes.get("promise[1].users"), [null, 100]);
  assert.equal(changes.has("requestsPerWorker"), false);
});

test("a profile does not differ from itself, nor by its remarks", () => {
  assert.deepEqual(compareProfiles(two, { ...two, why: "Another sentence.", extends: 1 }), []);
  assert.equal(fingerprintOf(two), fingerprintOf({ ...two, why: "Another sentence.", extends: 1 }));
});

test("the fingerprint is the same in any order of keys, and another for any other figure", () => {
  const turned = Object.fromEntries(Object.entries(two).toReversed());
  assert.equal(fingerprintOf({ ...two, ...turned }), fingerprintOf(two));
  assert.notEqual(fingerprintOf({ ...two, backlog: 1001 }), fingerprintOf(two));
  assert.match(fingerprintOf(two), /^[0-9a-f]{64}$/);
});

test("an override of the workers changes what is declared, and nothing else", () => {
  assert.deepEqual(
    compareProfiles(two, withWorkers(two, 4)).map(({ field }) => field),
    ["workers"],
  );
  assert.equal(withWorkers(two, null), two);
});

test("more workers than connections are refused", () => {
  assert.throws(() => withWorkers(two, 201), { code: "E_SETTING" });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { developmentLimits, developmentProfile } from "../../../lib/profile/development.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";

const profile = developmentProfile(stageOf(await loadLadder(builtInProfilesDir()), 1));

test("development runs one worker, and every time-out is days away but still fits a timer", () => {
  assert.deepEqual([profile.stage, profile.workers, profile.recycle], [0, 1, "off"]);
  const { waitTimeoutSec, idleTimeoutSec, requestTimeoutSec, bootTimeoutSec, hang } = profile;
  for (const seconds of [waitTimeoutSec, idleTimeoutSec, requestTimeoutSec, bootTimeoutSec, hang.killAfterSec]) {
    assert.ok(seconds > 7 * 86_400 && 2 * seconds * 1_000 < 2 ** 31);
  }
});

test("of its limits only what holds is shown as declared", () => {
  const shown = developmentLimits(profile).filter(({ value }) => value !== null);
  assert.deepEqual(
    shown.map(({ name }) => name),
    ["workers", "postgres.connections"],
  );
});

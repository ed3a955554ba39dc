import assert from "node:assert/strict";
import test from "node:test";
import { createPhase } from "../../../lib/master/phase.ts";

test("an instance that was told to stop while it started, or changed, drains to its end", () => {
  const phase = createPhase();
  assert.equal(phase.name(), "starting");
  phase.enter("serving");
  phase.enter("changing");
  assert.equal(phase.name(), "changing");
  phase.enter("draining");
  const since = phase.since();
  for (const late of ["serving", "changing", "draining"] as const) phase.enter(late);
  assert.equal(phase.name(), "draining");
  assert.equal(phase.since(), since, "and says since when");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunRecord } from "../../../lib/home/run-record.ts";
import { interruptedChange, interruptedEntry } from "../../../lib/master/interrupted.ts";
import { begin, committed, reverted } from "../home/entries.ts";

const recordAt = (code: string, at: string): RunRecord => ({
  master: { pid: 1, startedAt: "boot/1" },
  workers: [],
  step: { code, at },
});
const later = recordAt("step.switched", "2026-01-01T00:00:07.000Z");

test("a begun change without an end is told with the last step known of it", () => {
  const entries = [committed(1), begin("c2", "reload")];
  const found = interruptedChange(entries, later);
  assert.deepEqual([found?.begun.kind, found?.step], ["reload", "switched"]);
  assert.equal(interruptedChange(entries, null)?.step, null);
  assert.equal(
    interruptedChange(entries, recordAt("step.passed", "2025-12-31T23:59:59.000Z"))?.step,
    null,
    "another's",
  );
});

test("what was committed, reverted, or said once before is not told", () => {
  assert.equal(interruptedChange([begin("c1"), committed(1)], later), null);
  assert.equal(interruptedChange([committed(1), begin("c2"), reverted("c2")], later), null);
  const entries = [committed(1), begin("c2")];
  const found = interruptedChange(entries, later);
  assert.ok(found);
  const end = interruptedEntry(found, new Date(0));
  assert.deepEqual(end, { type: "interrupted", change: "c2", step: "switched", at: "1970-01-01T00:00:00.000Z" });
  assert.equal(interruptedChange([...entries, end], later), null);
});

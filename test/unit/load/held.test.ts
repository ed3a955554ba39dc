import assert from "node:assert/strict";
import { test } from "node:test";
import { heldReport } from "../../../lib/load/held.ts";

const summary = { users: 50, requests: 1_000, requestsPerSec: 60, limited: false };

test("a load tells for how many the promise was kept, or was not", () => {
  for (const kept of [true, false]) {
    assert.deepEqual(heldReport(summary, { kept }, 4), { users: 50, kept, requestsPerSec: 60, generation: 4 });
  }
});

test("a load of too few requests shows nothing, nor one whose own slowness may be what was measured", () => {
  assert.equal(heldReport({ ...summary, requests: 99 }, { kept: true }, 4), null);
  const limited = { ...summary, limited: true };
  assert.equal(heldReport(limited, { kept: false }, 4), null);
  assert.notEqual(heldReport(limited, { kept: true }, 4), null, "kept in spite of it");
});

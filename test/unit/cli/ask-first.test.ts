import assert from "node:assert/strict";
import { test } from "node:test";
import { hasUsers } from "../../../lib/cli/ask-first.ts";
import { snapshot } from "../control/canned.ts";

test("whoever is connected, or was online in the last five minutes, would notice; verify's own users would not", () => {
  const { load } = snapshot();
  const seen = (connections: number, users: number | null, provenMinutesAgo: number | null = null): boolean => {
    const nowMs = Date.parse("2026-11-26T12:00:00.000Z");
    const at = new Date(nowMs - (provenMinutesAgo ?? 0) * 60_000).toISOString();
    const proof =
      provenMinutesAgo === null ? null : ({ at, outcome: "held", stage: 2, revision: 15, differs: [] } as const);
    return hasUsers({ load: { ...load, connections, users }, proof, capacity: null }, nowMs);
  };
  assert.equal(seen(0, null), false);
  assert.equal(seen(0, 0), false);
  assert.equal(seen(1, 0), true);
  assert.equal(seen(0, 1), true);
  assert.equal(seen(0, 50, 2), false, "they were the load's");
  assert.equal(seen(1, 50, 2), true);
  assert.equal(seen(0, 50, 10), true);
});

test("the users of a load that was just made are its own too, whether it was held or not", () => {
  const { load } = snapshot();
  const nowMs = Date.parse("2026-11-26T12:00:00.000Z");
  const after = (minutesAgo: number, how: "held" | "notHeld", connections = 0): boolean => {
    const at = new Date(nowMs - minutesAgo * 60_000).toISOString();
    const loads = { held: null, notHeld: null, [how]: { at, stage: 2, users: 100, requestsPerSec: 90 } };
    const capacity = { stage: 2, users: 100, limit: null, stages: [], estimate: null, ...loads };
    return hasUsers({ load: { ...load, connections, users: 100 }, proof: null, capacity }, nowMs);
  };
  assert.deepEqual([after(2, "held"), after(2, "notHeld"), after(10, "held")], [false, false, true]);
  assert.equal(after(2, "held", 1), true);
});

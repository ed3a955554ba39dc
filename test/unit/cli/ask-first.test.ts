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
    return hasUsers({ load: { ...load, connections, users }, proof }, nowMs);
  };
  assert.equal(seen(0, null), false);
  assert.equal(seen(0, 0), false);
  assert.equal(seen(1, 0), true);
  assert.equal(seen(0, 1), true);
  assert.equal(seen(0, 50, 2), false, "they were the load's");
  assert.equal(seen(1, 50, 2), true);
  assert.equal(seen(0, 50, 10), true);
});

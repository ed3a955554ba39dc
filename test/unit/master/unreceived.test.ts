import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../lib/errors.ts";
import { createUnreceived } from "../../../lib/master/unreceived.ts";

test("slots that can take no connection are said once in the log, and in status for as long as it lasts", () => {
  const said: Message[] = [];
  let nowMs = 0;
  const unreceived = createUnreceived({ error: (message) => void said.push(message) }, () => nowMs);
  assert.deepEqual(unreceived.warnings(), []);
  for (; nowMs < 60_000; nowMs += 1_000) unreceived.noted(10);
  unreceived.noted(9);
  assert.deepEqual(
    said,
    [10, 9].map((slot) => ({ code: "log.takes-no-connection", facts: { slot } })),
  );
  assert.deepEqual(unreceived.warnings(), [{ code: "warning.takes-no-connection", facts: { slots: ["9", "10"] } }]);
  nowMs += 20_000;
  assert.deepEqual(unreceived.warnings(), []);
  unreceived.noted(9);
  assert.equal(said.length, 3, "again, after it was well");
});

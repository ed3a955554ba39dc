import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../lib/errors.ts";
import { createAcceptFailures } from "../../../lib/master/accept-failures.ts";

test("however many clients could not be taken, a second has one line of it, and none where all were", () => {
  const said: Message[] = [];
  const failures = createAcceptFailures({ error: (message) => void said.push(message) });
  failures.tick();
  for (let count = 0; count < 5_000; count++) failures.failed(-24);
  failures.tick();
  failures.tick();
  assert.deepEqual(said, [{ code: "log.accept-failed", facts: { count: 5_000, found: "EMFILE" } }]);
});

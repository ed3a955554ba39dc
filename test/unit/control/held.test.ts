import assert from "node:assert/strict";
import { test } from "node:test";
import { createControlClient } from "../../../lib/control/client.ts";
import { parseHeldReport } from "../../../lib/control/held-request.ts";
import type { HeldReport } from "../../../lib/protocol/control.ts";
import { startCanned, token } from "./canned.ts";

const report: HeldReport = { users: 200, kept: true, requestsPerSec: 240.5, generation: 3 };

test("what a load held is told over both doors, to whom has the token", async (t) => {
  const told: HeldReport[] = [];
  const held = (one: HeldReport) => {
    told.push(one);
    return { counted: one.generation === 3 };
  };
  const { paths, server } = await startCanned(t, { held });
  const client = createControlClient({ paths });
  assert.equal(await client.held(report), true);
  assert.equal(await client.held({ ...report, generation: 4 }), false);
  const post = (authorization: Record<string, string>, body: unknown) =>
    fetch(`${server.adminUrl}/v1/held`, { method: "POST", headers: authorization, body: JSON.stringify(body) });
  const bearer = { authorization: `Bearer ${token}` };
  assert.equal((await post({}, report)).status, 401);
  assert.deepEqual(await (await post(bearer, report)).json(), { counted: true });
  assert.equal((await post(bearer, { ...report, users: 0 })).status, 400);
  assert.equal((await fetch(`${server.adminUrl}/v1/held`, { headers: bearer })).status, 405);
  assert.equal(told.length, 3);
});

test("a report that is not one is refused, naming what is wrong", () => {
  assert.deepEqual(parseHeldReport({ ...report }), report);
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [null, /body/],
    [[], /body/],
    [{ ...report, users: 1.5 }, /users: 1\.5/],
    [{ ...report, users: 1_000_001 }, /users/],
    [{ ...report, kept: "yes" }, /kept: "yes"/],
    [{ ...report, requestsPerSec: 0 }, /requestsPerSec/],
    [{ ...report, requestsPerSec: Number.POSITIVE_INFINITY }, /requestsPerSec/],
    [{ ...report, generation: undefined }, /generation: nothing/],
    [{ ...report, more: 1 }, /more/],
  ];
  for (const [body, found] of wrong) {
    assert.throws(
      () => parseHeldReport(body),
      (error: unknown) =>
        error instanceof Error && "facts" in error && found.test(JSON.stringify(error.facts).replaceAll("\\", "")),
      JSON.stringify(body),
    );
  }
});

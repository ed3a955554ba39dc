import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createControlClient } from "../../../lib/control/client.ts";
import { parseDrillId, parseDrillRequest, parseDrillResult } from "../../../lib/control/drill-request.ts";
import { DashdError } from "../../../lib/errors.ts";
import type { DrillHandlers } from "../../../lib/protocol/control.ts";
import type { DrillEnd, DrillRequest, DrillResult } from "../../../lib/protocol/drill.ts";
import { startCanned, token } from "./canned.ts";

const request: DrillRequest = { drill: "kill", by: "anna", reason: null, slot: 2, seconds: 5 };
const begun = { id: "d1", beganAtMs: 1, endsWithinMs: 0, worker: { slot: 2, pid: 4711, connections: 3 } };

const canned = (handlers: Partial<DrillHandlers> = {}) => {
  let end: (because: DrillEnd) => void = () => undefined;
  let left: () => void = () => undefined;
  const over = new Promise<DrillEnd>((resolve) => (end = resolve));
  const hasLeft = new Promise<void>((resolve) => (left = resolve));
  const drill: DrillHandlers = {
    begin: () => Promise.resolve({ begun, over, leave: left }),
    restore: () => undefined,
    end: () => Promise.resolve(),
    ...handlers,
  };
  return { drill, end, hasLeft };
};

describe("a drill over the control API", () => {
  test("is told of when its fault is there, and when it is over", async (t) => {
    const told: (DrillResult | string)[] = [];
    const { drill, end } = canned({
      restore: (id) => void told.push(id),
      end: (result) => {
        told.push(result);
        return Promise.resolve();
      },
    });
    const client = createControlClient({ paths: (await startCanned(t, { drill })).paths });
    const lines = client.drill(request);
    assert.deepEqual((await lines.next()).value, { type: "begun", ...begun });
    await client.restoreDrill("d1");
    const result: DrillResult = { id: "d1", outcome: "held", figures: { lost: 0, why: null } };
    await client.endDrill(result);
    assert.deepEqual(told, ["d1", result]);
    end("ended");
    assert.deepEqual((await lines.next()).value, { type: "over", because: "ended" });
    assert.equal((await lines.next()).done, true);
  });

  test("ends with the connection of whoever began it", async (t) => {
    const { drill, hasLeft } = canned();
    const lines = createControlClient({ paths: (await startCanned(t, { drill })).paths }).drill(request);
    await lines.next();
    await lines.return();
    await hasLeft;
  });

  test("that is refused is a refusal before anything is told", async (t) => {
    const busy = new DashdError("E_BUSY", { what: "drill", by: "anna", since: "now" });
    const { drill } = canned({ begin: () => Promise.reject(busy) });
    const client = createControlClient({ paths: (await startCanned(t, { drill })).paths });
    await assert.rejects(client.drill(request).next(), { code: "E_BUSY" });
  });

  test("needs the token on the admin port, like everything that changes anything", async (t) => {
    let asked = 0;
    const { drill, end } = canned();
    const begin: DrillHandlers["begin"] = (wanted) => {
      asked++;
      return drill.begin(wanted);
    };
    const { server } = await startCanned(t, { drill: { ...drill, begin } });
    const post = (path: string, headers: Readonly<Record<string, string>>) =>
      fetch(`${server.adminUrl}${path}`, { method: "POST", headers, body: JSON.stringify(request) });
    for (const path of ["/v1/drill", "/v1/drill/restore", "/v1/drill/end"]) {
      assert.equal((await post(path, {})).status, 401);
    }
    assert.equal(asked, 0);
    end("ended");
    const answer = await post("/v1/drill", { authorization: `Bearer ${token}` });
    assert.match(await answer.text(), /^\{"type":"begun",.*\}\n\{"type":"over","because":"ended"\}\n$/);
    const odd = await fetch(`${server.adminUrl}/v1/drill`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(odd.status, 405);
  });
});

describe("what is sent", () => {
  test("is taken as it was meant", () => {
    assert.deepEqual(parseDrillRequest({ ...request, reason: undefined }), request);
    assert.equal(parseDrillId({ id: "d1" }), "d1");
    const result = { id: "d1", outcome: "not-held", figures: { lost: 1, name: "x", none: null } };
    assert.deepEqual(parseDrillResult(result), result);
  });

  const figures = Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`f${n}`, n]));
  const result = { id: "d1", outcome: "held", figures: {} };
  const refused: readonly (readonly [RegExp, () => unknown])[] = [
    [/^drill: "rm"/, () => parseDrillRequest({ ...request, drill: "rm" })],
    [/^seconds: 61/, () => parseDrillRequest({ ...request, seconds: 61 })],
    [/^slot: 0/, () => parseDrillRequest({ ...request, slot: 0 })],
    [/^pid: "unknown"/, () => parseDrillRequest({ ...request, pid: 1 })],
    [/^by: nothing/, () => parseDrillRequest({ ...request, by: undefined })],
    [/^body: \[\]/, () => parseDrillRequest([])],
    [/^id: nothing/, () => parseDrillId({})],
    [/^outcome: "abandoned"/, () => parseDrillResult({ ...result, outcome: "abandoned" })],
    [/^figures: /, () => parseDrillResult({ ...result, figures })],
    [/^lost: \[\]/, () => parseDrillResult({ ...result, figures: { lost: [] } })],
    [/^text: /, () => parseDrillResult({ ...result, figures: { text: "x".repeat(101) } })],
  ];
  for (const [found, parse] of refused) {
    test(`is refused by the field that is wrong: ${found.source}`, () => {
      assert.throws(parse, (error: unknown) => {
        return error instanceof DashdError && error.code === "E_USAGE" && found.test(String(error.facts["found"]));
      });
    });
  }
});

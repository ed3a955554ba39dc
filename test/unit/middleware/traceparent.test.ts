import assert from "node:assert/strict";
import { test } from "node:test";
import { settleTraceparent, traceIdOf, type Traced } from "../../../lib/middleware/traceparent.ts";

const ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
const valid = `00-${ids}-01`;

const settled = (traceparent: string | null, more: readonly (readonly [string, string])[] = []) => {
  const pairs = [["Host", "board"], ...(traceparent === null ? [] : [["TraceParent", traceparent]]), ...more];
  const headers: Record<string, string> = {};
  for (const [name = "", value = ""] of pairs) headers[name.toLowerCase()] ??= value;
  const req: Traced = { headers, rawHeaders: pairs.flat() };
  settleTraceparent(req);
  return req;
};

test("a valid one is passed on as it came, with its tracestate, and none is made up", () => {
  for (const given of [valid, `00-${ids}-00`, `00-${ids}-ff`]) {
    const req = settled(given, [["tracestate", "vendor=1"]]);
    assert.deepEqual(req.headers, { host: "board", traceparent: given, tracestate: "vendor=1" });
    assert.deepEqual(req.rawHeaders, ["Host", "board", "TraceParent", given, "tracestate", "vendor=1"]);
    assert.equal(traceIdOf(req), ids.slice(0, 32));
  }
  const none = settled(null);
  assert.deepEqual(none.headers, { host: "board" });
  assert.equal(traceIdOf(none), null);
});

test("of a later version what is known of it is kept", () => {
  for (const given of [`01-${ids}-01`, `cc-${ids}-01-what-the-future-brings`]) {
    const req = settled(given, [["tracestate", "vendor=1"]]);
    assert.equal(req.headers["traceparent"], valid);
    assert.deepEqual(req.rawHeaders.slice(2), ["TraceParent", valid, "tracestate", "vendor=1"]);
  }
});

test("a malformed one is replaced by a trace of its own, and its tracestate goes with it", () => {
  const malformed = [
    ...["", "x", valid.toUpperCase(), `${valid} `, `${valid}-more`, `ff-${ids}-01`, `01-${ids}-01more`, `0-${ids}-01`],
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01`,
    `00-${ids}-1`,
    // As node joins two of them.
    `${valid}, ${valid}`,
    `00-${ids}-01\u0000`,
  ];
  const made = new Set<string>();
  for (const given of malformed) {
    const req = settled(given, [
      ["tracestate", "vendor=1"],
      ["traceparent", valid],
    ]);
    const { traceparent } = req.headers;
    assert.match(String(traceparent), /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/, given);
    assert.deepEqual(req.headers, { host: "board", traceparent });
    assert.deepEqual(req.rawHeaders, ["Host", "board", "TraceParent", traceparent], "once, and no tracestate");
    made.add(String(traceparent));
  }
  assert.equal(made.size, malformed.length);
});

test("what an app wrote there itself is no trace", () => {
  assert.equal(traceIdOf({ headers: { traceparent: "mine\n" } }), null);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { createInFlightTable, type Tabled } from "../../../lib/worker/in-flight.ts";

const visit = (method: string, url: string, slotAtMs = 0, headers = {}): Tabled => ({
  req: { method, url, headers },
  slotAtMs,
  row: 0,
});

const said = (table: ReturnType<typeof createInFlightTable>): readonly string[] =>
  table.read().requests.map(({ method, path, ageMs }) => `${method} ${path} ${ageMs}`);

test("holds what is in flight with its age, oldest first, and no longer than it is", () => {
  const table = createInFlightTable(() => 1_000);
  const [young, old] = [visit("POST", "/orders", 900), visit("GET", "/", 100)];
  table.begin(young);
  table.begin(old);
  assert.deepEqual(said(table), ["GET / 900", "POST /orders 100"]);
  table.begin(visit("FROB", "/", 950));
  assert.deepEqual(said(table).at(-1), "other / 50");
  table.end(old);
  table.end(old);
  assert.deepEqual(said(table), ["POST /orders 100", "other / 50"]);
});

test("what a query, a fragment or an authority holds is not in it, and a long path is cut", () => {
  const table = createInFlightTable(() => 0);
  const urls = ["/a?token=1", "/b#c", "http://user:secret@host/d?e", "https://host", `/${"x".repeat(500)}`, "*"];
  for (const url of urls) table.begin(visit("GET", url));
  const paths = table.read().requests.map(({ path }) => path);
  assert.deepEqual(paths, ["/a", "/b", "/d", "", `/${"x".repeat(119)}`, "*"]);
});

test("a request is named by its trace too, and the next one in its row is not", () => {
  const table = createInFlightTable(() => 0);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const traced = visit("GET", "/", 0, { traceparent });
  table.begin(traced);
  assert.deepEqual(
    table.read().requests.map(({ traceId }) => traceId),
    ["0af7651916cd43dd8448eb211c80319c"],
  );
  table.end(traced);
  const odd = visit("FROB", "/", 0, { traceparent });
  table.begin(odd);
  assert.deepEqual(table.read().requests, [
    { method: "other", path: "/", ageMs: 0, traceId: "0af7651916cd43dd8448eb211c80319c" },
  ]);
  table.end(odd);
  table.begin(visit("GET", "/"));
  assert.deepEqual(table.read().requests, [{ method: "GET", path: "/", ageMs: 0 }]);
});

test("what has no row is counted, and a row that is free again is used", () => {
  const table = createInFlightTable(() => 0);
  const visits = Array.from({ length: 70 }, (_, n) => visit("GET", `/${n}`));
  visits.forEach(table.begin);
  assert.deepEqual([table.read().requests.length, table.read().more], [64, 6]);
  visits.forEach(table.end);
  assert.deepEqual(table.read(), { requests: [], more: 0 });
  for (let n = 0; n < 1_000; n++) {
    const one = visit("GET", "/again");
    table.begin(one);
    table.end(one);
  }
  table.begin(visit("GET", "/last"));
  assert.deepEqual(said(table), ["GET /last 0"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { lonely } from "../../../lib/panel/page/chart-specs.ts";

test("a figure without a neighbour is found, since no line would show it", () => {
  assert.deepEqual(lonely([5, null, 1, 2, null, 0, null, 7]), [0, 5, 7]);
  assert.deepEqual(lonely([1, 2, 3]), []);
  assert.deepEqual(lonely([]), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { indicatorValue } from "../../../lib/words/indicator-value.ts";

test("a state is a word of the reader's language, a figure has its unit, and what is not known stays as it came", () => {
  assert.deepEqual(
    ["off", "slow", "down", "refusals"].map((state) => indicatorValue("zh", "redis", state)),
    ["未启用", "缓慢", "不可用", "有拒绝"],
  );
  assert.equal(indicatorValue("en", "connections", "refusals"), "refusals");
  assert.equal(indicatorValue("zh", "cpu", 0.7), "70 %");
  assert.equal(indicatorValue("zh", "cpu", null), "–");
  assert.equal(indicatorValue("zh", "redis", "thinking"), "thinking");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { verdictFacts } from "../../../lib/report/load-words.ts";
import { millisecondsBeside, percent, percentBeside } from "../../../lib/words/format.ts";
import { indicatorValue } from "../../../lib/words/indicator-value.ts";
import { indicatorWell } from "../../../lib/words/indicator-well.ts";
import { say } from "../../../lib/words/say.ts";

test("nearly all is not shown as all, nor nearly nothing as nothing", () => {
  assert.deepEqual([0, 0.0004, 0.5, 0.99949, 0.9996, 1].map(percent), [
    ...["0 %", "<0.1 %", "50 %", "99.9 %", ">99.9 %", "100 %"],
  ]);
});

test("a figure that misses its bound never looks like the bound", () => {
  assert.deepEqual(
    [0.9899, 0.98999, 0.99, 0.9901].map((rate) => percentBeside(rate, 0.99)),
    ["98.99 %", "98.99 %", "99 %", "99 %"],
  );
  assert.deepEqual(
    [499.6, 500, 500.04, 500.4, 501].map((ms) => millisecondsBeside(ms, 500)),
    ["500 ms", "500 ms", "500.1 ms", "500.4 ms", "501 ms"],
  );
  const line = verdictFacts({ name: "okRate", expected: 0.99, found: 0.9899, kept: false });
  assert.deepEqual([line["expected"], line["found"]], ["99 %", "98.99 %"]);
  const facts = { users: 50, okExpected: 0.99, okFound: 0.9899, p95Expected: 500, p95Found: 500.4, limited: false };
  assert.match(say("en", { code: "verify.promise", facts }), /success 98\.99 % .*response p95 500\.4 ms/);
});

test("an indicator's state is a word of the language, and what it should be is told with its sign", () => {
  assert.deepEqual(
    ["slow", "off"].map((state) => indicatorValue("zh", "redis", state)),
    ["缓慢", "未启用"],
  );
  assert.equal(indicatorValue("zh", "connections", "refusals"), "有拒绝");
  const well = (name: string, warn: number | string | null, critical: number | string | null) =>
    indicatorWell("en", { name, warn, critical });
  assert.deepEqual(
    [
      ...[well("cpu", 0.7, 0.8), well("redisHitRate", 0.85, 0.7), well("users", 50, null)],
      ...[well("connections", 10, "refusals"), well("redis", "slow", "down"), well("cpu", null, null)],
    ],
    ["< 70 %", "≥ 85 %", "≤ 50", "< 10", "up", "–"],
  );
});

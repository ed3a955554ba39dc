import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsed } from "../../../lib/words/format.ts";
import { tableLines } from "../../../lib/cli/table.ts";
import { widthOf } from "../../../lib/cli/width.ts";

test("a Chinese character and an emoji take two columns, a combining mark and a colour none", () => {
  for (const [text, width] of [
    ["abc", 3],
    ["限制", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["🚀", 2],
    ["–·←", 3],
    ["\u001b[31mred\u001b[39m", 3],
    ["（）", 4],
  ] as const) {
    assert.equal(widthOf(text), width, text);
  }
});

test("columns stand in line whatever the script", () => {
  const lines = tableLines(
    [
      { title: "限制", align: "left" },
      { title: "N", align: "right" },
    ],
    [
      ["queue.max", "1"],
      ["连接", "200"],
    ],
  );
  assert.deepEqual(lines, ["限制         N", "queue.max    1", "连接       200"]);
  assert.equal(new Set(lines.map(widthOf)).size, 1);
});

test("a time is told in the two largest units that matter", () => {
  assert.deepEqual([0.4, 59, 61, 3600, 11_045, 190_000].map(elapsed), [
    "0s",
    "59s",
    "1m01s",
    "1h00m",
    "3h04m",
    "2d04h",
  ]);
});

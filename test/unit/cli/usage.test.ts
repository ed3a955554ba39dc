import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryDir } from "../control/canned.ts";
import { run } from "./run.ts";

test("what a command does not understand has that command's own page as its hint", async (t) => {
  const dir = temporaryDir(t);
  for (const argv of [
    ["load", "--users", "none"],
    ["load", "--users", "1", "--seconds", "5", "--ramp", "5"],
    ["verify", "--seconds", "0"],
    ["drill", "kill", "--slot", "x"],
    ["logs", "--lines", "x"],
  ]) {
    const { code, stderr } = await run(dir, argv);
    assert.equal(code, 64, argv.join(" "));
    assert.match(stderr, new RegExp(`\\nhint: dashd ${argv[0]} --help\\n$`), argv.join(" "));
  }
});

test("a flag that must be there is asked for in the operator's language", async (t) => {
  const dir = temporaryDir(t);
  const { code, stderr } = await run(dir, ["load", "--seconds", "5"]);
  assert.equal(code, 64);
  assert.match(stderr, /^Not understood: dashd load; expected --users <n> after it\./);
  const chinese = await run(dir, ["plan", "--lang", "zh"]);
  assert.match(chinese.stderr, /^无法识别：dashd plan；应为其后带 --stage <n>。/);
  assert.doesNotMatch(chinese.stderr, /error/);
});

test("a flag that is mistyped is named, not the one that is missed with it", async (t) => {
  const { stderr } = await run(temporaryDir(t), ["load", "--usrs=5"]);
  assert.match(stderr, /^Not understood: --usrs; expected a flag of this command; did you mean --users\?/);
});

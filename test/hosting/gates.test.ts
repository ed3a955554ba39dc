import assert from "node:assert/strict";
import test from "node:test";
import { programOfVersion } from "../support/apps.ts";
import { assertTakenBack } from "../support/bad-code.ts";
import { startVersioned, versionOf } from "../support/versioned.ts";

const timeout = 90_000;

test(
  "new code that answers every third with 500 is taken back by its gates, and users get back to the old",
  { timeout },
  async (t) => {
    const source = `let n = 0; app.use((q, s, next) => (n++ % 3 ? next() : s.status(500).end()));`;
    await assertTakenBack(t, { source, said: /were errors/, windowSec: 30 });
  },
);

test("good code passes its gates without anybody there: dashd asks it itself", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  dashd.write(programOfVersion("two"));
  const { code, stderr } = await dashd.run("reload", "--watch-window", "3");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Watching it for 3 s/);
  assert.match(stderr, /Gates passed: [1-9]\d* answers, 0 errors/);
  assert.equal(await versionOf(dashd.port), "two");
  const { evidence } = JSON.parse((await dashd.run("history", "2", "--json")).stdout);
  assert.ok(evidence.watched.answers > 0);
  assert.equal(evidence.watched.errors, 0);
  const inWords = await dashd.run("history", "2");
  assert.match(inWords.stdout, /by \S+@\S+ \((no tty|[\w/]+)\)/);
  assert.match(inWords.stdout, /Measured after, in a watch window of 3 s: [1-9]\d* answers, errors 0 %, p95 .* ms/);
  assert.match((await dashd.run("history", "2", "--lang", "zh")).stdout, /变更后（观察 3 秒）：[1-9]\d* 个应答/);
  const compared = await dashd.run("diff", "1", "2", "--json");
  assert.equal(JSON.parse(compared.stdout).measured.after.answers, evidence.watched.answers);
  assert.match((await dashd.run("diff", "1", "2")).stdout, /measured\.p95/);
});

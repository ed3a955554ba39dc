import assert from "node:assert/strict";
import test from "node:test";
import { assertNoneFailed, failedOf, gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { programOfVersion } from "../support/apps.ts";
import { until } from "../support/until.ts";
import { pidsOf, startVersioned, versionOf } from "../support/versioned.ts";

const timeout = 90_000;

/** The program, with something of its own in front of its routes. */
const programWith = (source: string): string =>
  programOfVersion("two").replace("const app = express();", `const app = express();\n${source}`);

for (const [what, source, said] of [
  [
    "answers 500 to every third",
    `let n = 0; app.use((q, s, next) => (n++ % 3 ? next() : s.status(500).end()));`,
    /errors/,
  ],
  ["crashes after a second", `setTimeout(() => { throw new Error("on purpose"); }, 1000);`, /crashed/],
  ["blocks its loop", `app.use((q, s, next) => { if (n++ > 20) for (;;); next(); }); let n = 0;`, /blocked its loop/],
  ["never answers", `app.use(() => undefined);`, /errors/],
] as const) {
  test(`new code that ${what} is taken back by its gates, and users get back to the old`, { timeout }, async (t) => {
    const dashd = await startVersioned(t, { requestTimeoutSec: 3, hang: { killAfterSec: 1 } });
    const old = await pidsOf(dashd);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 20, oneShot: 0, thinkMs: 50 });
    afterwards(t, async () => void (await crowd.leave()));
    await until("users at work", () => crowd.requests.length > 100);
    dashd.write(programWith(source));
    const { code, stdout, stderr } = await dashd.run("reload", "--watch-window", "6");
    assert.equal(code, 3, stderr);
    assert.match(stdout, said);
    assert.match(stdout, /E_GATE/);
    const backAtMs = performance.now();
    assert.deepEqual(await pidsOf(dashd), old, "the old workers were never gone");
    await until(
      "users with the old again",
      () => crowd.requests.filter(({ sentAtMs }) => sentAtMs > backAtMs).length > 100,
    );
    const requests = await crowd.leave();
    const later = requests.filter(({ sentAtMs }) => sentAtMs > backAtMs);
    assertNoneFailed(later, 100);
    assert.ok(later.every(({ by }) => by?.version === "one"));
    // What failed was with the new code: it answered it itself, or died with it.
    for (const { failure, detail } of failedOf(requests))
      assert.match(String(failure), /^(500|503|reset|empty|cut)$/, detail);
    const { entries } = JSON.parse((await dashd.run("history", "--json")).stdout);
    assert.equal(entries.at(-1).result, "reverted");
    assert.equal((await dashd.status()).state, "held");
  });
}

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
});

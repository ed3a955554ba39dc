import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fetchPid } from "../client/fetch-page.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { launchDashd, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import type { Finished } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

/** Starts an app that must not come up. */
const failedStart = async (
  t: TestContext,
  name: string,
  source: string,
  bootTimeoutSec = 30,
): Promise<Finished & { app: string }> => {
  const dir = scratchDir(t);
  const app = writeApp(dir, name, source);
  const profiles = smallLadder(join(dir, "ladder"), { bootTimeoutSec });
  const finished = await launchDashd(t, { dir, app, profiles, stage: 1 }).ended();
  assert.equal(finished.code, 1, finished.stderr);
  assert.match(finished.stderr, /E_APP_FAILED/);
  assert.doesNotMatch(finished.stdout, /🚀/u, "no banner");
  return { ...finished, app };
};

const throwing: readonly (readonly [string, string, string, RegExp])[] = [
  ["throws at load", "a.cjs", `const x = 1;\nthrow new Error("no shop today");\n`, /no shop today[\s\S]*a\.cjs:2/],
  [
    "throws at load as an ES module",
    "b.mjs",
    `import "node:fs";\n\nthrow new TypeError("no shop");\n`,
    /no shop[\s\S]*b\.mjs:3/,
  ],
  ["throws in a module it needs", "c.cjs", `const { f } = require("./lost");\n`, /lost[\s\S]*c\.cjs:1/],
  [
    "rejects while loading",
    "d.mjs",
    `await null;\nawait Promise.reject(new Error("late no"));\n`,
    /late no[\s\S]*d\.mjs:2/,
  ],
  ["has a syntax error", "e.cjs", `const a = 1;\nconst = 2;\n`, /e\.cjs:2/],
  ["has a syntax error as an ES module", "f.mjs", `const a = 1;\nconst = 2;\n`, /f\.mjs:2/],
  [
    "exports a factory that rejects",
    "g.mjs",
    `export default async () => {\n  throw new Error("no db");\n};\n`,
    /no db[\s\S]*g\.mjs:2/,
  ],
];

for (const [what, name, source, told] of throwing) {
  test(`an app that ${what} ends the start with its own error, file and line`, { timeout }, async (t) => {
    const { stderr, app } = await failedStart(t, name, source);
    assert.match(stderr, told);
    assert.ok(stderr.includes(app), "the whole path");
  });
}

const nothing: readonly (readonly [string, string, string])[] = [
  ["exports nothing usable", "a.cjs", `module.exports = { colour: "red" };\n`],
  ["exports nothing at all", "b.mjs", `export const colour = "red";\n`],
  ["exports a factory of nothing", "c.mjs", `export default async () => undefined;\n`],
  ["never calls listen", "d.cjs", `const app = require("express")();\nsetInterval(() => {}, 1000);\n`],
  [
    "never finishes loading",
    "e.mjs",
    `setInterval(() => {}, 1000);\nawait new Promise(() => {});\nexport default () => {};\n`,
  ],
  ["has a factory that never finishes", "f.mjs", `export default () => new Promise(() => {});\n`],
  ["blocks while loading", "g.cjs", `for (;;);\n`],
];

for (const [what, name, source] of nothing) {
  test(
    `an app that ${what} ends the start within its boot time-out, and the message names it`,
    { timeout },
    async (t) => {
      const { stderr } = await failedStart(t, name, source, 3);
      assert.ok(stderr.includes(name), stderr);
    },
  );
}

test(
  "an app that crashes 300 ms after it listens is forked a few times, not without end, and the instance says degraded",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const source = `require("express")().listen(3000, () => setTimeout(() => { throw new Error("too late"); }, 300));`;
    const app = writeApp(dir, "late.cjs", source);
    const launched = launchDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 1 });
    const seen = new Set<number>();
    const endsAtMs = performance.now() + 8_000;
    const ended = await Promise.race([
      launched.ended(),
      until(
        "eight seconds",
        () => {
          for (const pid of launched.pids()) if (pid !== launched.pid) seen.add(pid);
          return performance.now() > endsAtMs;
        },
        { everyMs: 20 },
      ),
    ]);
    assert.ok(seen.size <= 2 * 10, `${seen.size} forks of two workers in eight seconds`);
    if (ended === true) await until("degraded", async () => (await launched.status()).state === "degraded");
    else assert.match(ended.stderr, /too late[\s\S]*late\.cjs:1/);
  },
);

test("where only slot 3 crashes, the others serve, and the instance says degraded", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = writeApp(
    dir,
    "third.cjs",
    `const { addRoutes } = require(${JSON.stringify(fixtureApp("routes.cjs"))});
     const app = require("express")();
     addRoutes(app);
     app.listen(3000, () => {
       if (process.env.NODE_APP_INSTANCE === "2") setTimeout(() => { throw new Error("slot 3"); }, 200);
     });`,
  );
  const dashd = await startDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 2 });
  const snapshot = await until("slot 3 to crash", async () => {
    const now = await dashd.status();
    const third = now.workers.find(({ slot }) => slot === 3);
    return now.state === "degraded" && (third?.restarts ?? 0) >= 2 ? now : null;
  });
  const healthy = snapshot.workers.filter(({ slot }) => slot !== 3);
  assert.deepEqual(
    healthy.map(({ restarts }) => restarts),
    [0, 0],
  );
  for (let n = 0; n < 10; n++) await fetchPid(dashd.port);
  await until("exit code 4", async () => (await dashd.run("status", "--exit-code")).code === 4);
});

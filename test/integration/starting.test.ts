import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { writeApp } from "../support/apps.ts";
import { launchDashd, readyWorkers } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { signalIfAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until, within } from "../support/until.ts";

const timeout = 60_000;

/** Takes two seconds to come up: time enough to disturb it. */
const slowToStart = `
const app = require("express")();
app.get("/", (req, res) => res.json({ pid: process.pid, slot: 0, version: "1", n: null }));
setTimeout(() => app.listen(3000), 2000);
`;

test("a worker killed while starting is forked again, and the start succeeds", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "slow.cjs", slowToStart);
  const launched = launchDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 2 });
  const victim = await until("the workers", () => {
    const workers = launched.pids().filter((pid) => pid !== launched.pid);
    return workers.length === 3 ? workers[1] : null;
  });
  signalIfAlive(victim, "SIGKILL");
  const dashd = await launched.serving();
  const snapshot = await until("all workers", async () => {
    const now = await dashd.status();
    return readyWorkers(now).length === 3 ? now : null;
  });
  assert.ok(!snapshot.workers.some(({ pid }) => pid === victim));
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(
    `${signal} while starting ends it: no banner, nothing left, in no longer than a drain takes`,
    { timeout },
    async (t) => {
      const dir = scratchDir(t);
      const app = writeApp(dir, "slow.cjs", slowToStart);
      const launched = launchDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 2 });
      await until("the workers", () => launched.pids().length === 4);
      launched.kill(signal);
      const { code, signal: by, stdout } = await within("the end", 15_000, launched.ended());
      assert.equal(by, null, "it ended by itself");
      assert.ok(code === 0 || code === 1, `code ${code}`);
      assert.doesNotMatch(stdout, /🚀/u);
      assert.deepEqual(launched.pids(), []);
    },
  );
}

test("SIGTERM at any moment of the boot leaves no process behind", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "slow.cjs", slowToStart);
  for (const waitMs of [30, 150, 300, 450, 600, 900]) {
    const launched = launchDashd(t, {
      dir,
      home: join(dir, `home-${waitMs}`),
      app,
      profiles: smallLadder(join(dir, "ladder")),
    });
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    launched.kill("SIGTERM");
    await within("the end", 15_000, launched.ended());
    await until("its workers to end", () => launched.pids().length === 0, { deadlineMs: 2_000 });
  }
});

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { writeApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";

const timeout = 180_000;

/** 300 ms of its own CPU a request, whatever the clock says meanwhile (TRAPS 37). */
const burning = `
require("node:http")
  .createServer((request, response) => {
    const from = process.cpuUsage();
    const usedMs = () => { const { user, system } = process.cpuUsage(from); return (user + system) / 1_000; };
    while (usedMs() < 300);
    const n = new URL(request.url, "http://shop").searchParams.get("n");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ pid: process.pid, n }));
  })
  .listen(3000);
`;

test("a saturated healthy fleet is late, and nobody touches it", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "burning.cjs", burning);
  // 16 workers on whatever cores there are; a third of the shipped limit.
  const profiles = writeLadder(join(dir, "ladder"), {
    2: { hang: { killAfterSec: 5 }, waitTimeoutSec: 120, requestTimeoutSec: 120 },
  });
  const dashd = await startDashd(t, { dir, app, profiles, stage: 2 });
  const before = await pidsOf(dashd);
  const crowd = gatherCrowd({ port: dashd.port, keepAlive: 64, oneShot: 0, thinkMs: 1 });
  afterwards(t, async () => void (await crowd.leave()));
  let latest = 0;
  await until(
    "workers late for a while",
    async () => {
      const { workers } = await dashd.status();
      assert.ok(
        workers.every(({ state }) => state === "ready" || state === "late"),
        JSON.stringify(workers),
      );
      latest = Math.max(latest, workers.filter(({ state }) => state === "late").length);
      return latest > 0 && crowd.requests.length > 150;
    },
    { deadlineMs: 150_000 },
  );
  t.diagnostic(`up to ${latest} of 16 late at once, ${crowd.requests.length} answers`);
  const { workers } = await dashd.status();
  assert.deepEqual(
    workers.map(({ pid }) => pid),
    before,
  );
  assert.ok(workers.every(({ restarts }) => restarts === 0));
  assert.doesNotMatch((await dashd.run("logs", "--level", "error")).stdout, /hangs|hung/);
});

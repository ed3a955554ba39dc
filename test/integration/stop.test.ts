import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { failedOf, gatherCrowd } from "../client/crowd.ts";
import { connected, requestOnce } from "../client/connection.ts";
import { isListening } from "../client/reachable.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { isAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until, within } from "../support/until.ts";

const timeout = 60_000;

const start = (t: TestContext, overrides: Readonly<Record<string, unknown>> = {}): Promise<Instance> => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"), overrides);
  return startDashd(t, { dir, profiles, app: fixtureApp("program.cjs"), stage: 2 });
};

for (const [how, stop] of [
  ["dashd stop", async (dashd: Instance) => (await dashd.run("stop")).code],
  ["SIGTERM", async (dashd: Instance) => (await dashd.stop()).code],
  ["Ctrl-C", async (dashd: Instance) => (dashd.kill("SIGINT"), (await dashd.ended()).code)],
] as const) {
  test(
    `on ${how} a request in progress finishes, then everything is gone and the exit code is 0`,
    { timeout },
    async (t) => {
      const dashd = await start(t);
      const release = join(dashd.dir, "release");
      const inProgress = requestOnce(dashd.port, `/hold?until=${release}`);
      await until("the request", async () => (await dashd.status()).load.inFlight === 1);
      const stopped = stop(dashd);
      await until("the drain", async () => (await dashd.status()).state === "draining");
      writeFileSync(release, "");
      const outcome = await inProgress;
      assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
      assert.equal(await stopped, 0);
      assert.equal((await dashd.ended()).code, 0);
      assert.equal(await isListening(dashd.port), false);
      assert.deepEqual(dashd.pids(), []);
    },
  );
}

test("a request that never ends is cut at stopTimeoutSec, and the exit code is still 0", { timeout }, async (t) => {
  const dashd = await start(t, { stopTimeoutSec: 2 });
  const endless = requestOnce(dashd.port, "/hold?until=/nowhere");
  await until("the request", async () => (await dashd.status()).load.inFlight === 1);
  const { code } = await within("the end", 10_000, dashd.stop());
  assert.equal(code, 0);
  assert.notEqual((await endless).kind, "time-out");
});

test("a worker blocked in a loop does not keep the instance from stopping", { timeout }, async (t) => {
  const dashd = await start(t, { stopTimeoutSec: 2 });
  const blocked = await connected(dashd.port);
  void blocked.request("/block");
  await until("a late worker", async () => (await dashd.status()).workers.some(({ state }) => state === "late"));
  const { code } = await within("the end", 15_000, dashd.stop());
  assert.equal(code, 0);
  assert.deepEqual(dashd.pids(), []);
});

test("a later second Ctrl-C stops at once, without waiting for the request in progress", { timeout }, async (t) => {
  const dashd = await start(t, { stopTimeoutSec: 30 });
  void requestOnce(dashd.port, "/hold?until=/nowhere");
  await until("the request", async () => (await dashd.status()).load.inFlight === 1);
  dashd.kill("SIGINT");
  await until("the drain", async () => (await dashd.status()).state === "draining");
  // Two within half a second are one wish heard twice (npm passes on what the terminal has sent to all).
  await until("the end", () => (dashd.kill("SIGINT"), !isAlive(dashd.pid)), { deadlineMs: 10_000, everyMs: 700 });
  await until("its workers to end", () => dashd.pids().length === 0, { deadlineMs: 2_000 });
});

test("a half-sent request and idle connections do not hold up a stop", { timeout }, async (t) => {
  const dashd = await start(t, { stopTimeoutSec: 3 });
  const half = await connected(dashd.port);
  void half.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  const idle = await connected(dashd.port);
  await idle.request("/");
  const { code } = await within("the end", 8_000, dashd.stop());
  assert.equal(code, 0);
});

test(
  "a stop under load cuts no connection that was served; only who comes after it is refused",
  { timeout },
  async (t) => {
    const dashd = await start(t);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 20, oneShot: 10, thinkMs: 20 });
    afterwards(t, async () => void (await crowd.leave()));
    await until("300 requests", () => crowd.requests.length >= 300);
    const { code } = await dashd.stop();
    assert.equal(code, 0);
    await until("a refusal", () => crowd.requests.some(({ failure }) => failure === "refused"));
    const requests = await crowd.leave();
    // Whom the kernel had accepted and the door had not yet is reset when the port closes.
    for (const { failure, heldBy, detail } of failedOf(requests)) {
      assert.equal(heldBy, null, `only who comes anew may fail: ${failure}, ${detail}`);
      assert.match(String(failure), /^(refused|reset)$/, detail);
    }
    const firstRefusedAtMs = Math.min(...failedOf(requests).map(({ sentAtMs }) => sentAtMs));
    assert.ok(requests.filter(({ sentAtMs }) => sentAtMs < firstRefusedAtMs).length >= 300);
  },
);

import assert from "node:assert/strict";
import test from "node:test";
import { assertNoneFailed, gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { readyWorkers } from "../support/instance.ts";
import { until } from "../support/until.ts";
import { pidsOf, startVersioned } from "../support/versioned.ts";

const timeout = 120_000;
const never = { maxRssMb: 100_000, maxRequests: 1_000_000_000, maxAgeSec: 1_000_000, jitter: 0 };

test(
  "workers that have done their time are replaced one at a time under 40 users, and no request fails",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t, { workers: 3, recycle: { ...never, maxRequests: 400, jitter: 0.5 } });
    const { limits } = await dashd.status();
    assert.equal(limits.find(({ name }) => name === "recycle.maxRequests")?.effective, 400);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 40, oneShot: 0, thinkMs: 150 });
    afterwards(t, async () => void (await crowd.leave()));
    const seen = new Set<number>(await pidsOf(dashd));
    await until(
      "nine replaced",
      async () => {
        const { workers, state } = await dashd.status();
        assert.equal(state, "held", "a worker that is replaced serves until the next one is ready");
        assert.ok(workers.filter((worker) => worker.state === "booting").length <= 1, "one at a time");
        for (const { pid } of readyWorkers(await dashd.status())) seen.add(pid);
        return seen.size >= 12;
      },
      { deadlineMs: 90_000 },
    );
    assertNoneFailed(await crowd.leave(), 1_500);
    const { workers } = await dashd.status();
    assert.ok(
      workers.every(({ restarts }) => restarts === 0),
      "nobody crashed",
    );
    assert.match((await dashd.run("logs")).stdout, /has done its time \(requests: \d+\)/);
  },
);

test("nobody is replaced while the code on disk is not what the generation runs", { timeout }, async (t) => {
  const dashd = await startVersioned(t, { recycle: { ...never, maxRequests: 50 } });
  const before = await pidsOf(dashd);
  dashd.write("// another one\n");
  await until("the drift is seen", async () => (await dashd.status()).drift.includes("app"));
  const crowd = gatherCrowd({ port: dashd.port, keepAlive: 4, oneShot: 0, thinkMs: 5 });
  afterwards(t, async () => void (await crowd.leave()));
  await until("both beyond their bound", async () =>
    readyWorkers(await dashd.status()).every(({ served }) => served > 150),
  );
  assert.deepEqual(await pidsOf(dashd), before);
});

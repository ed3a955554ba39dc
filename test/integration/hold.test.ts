import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { requestOnce } from "../client/connection.ts";
import type { Outcome } from "../client/outcome.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { signalIfAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { median } from "../support/median.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;
test(
  "250 clients with a request in progress at stage 2: 200 open, 50 held, said in under 50 ms while a worker is blocked; none refused inside the wait budget, then 503",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const dashd = await startDashd(t, { dir, app: fixtureApp("program.cjs"), stage: 2 });
    const [blockNow, release] = [join(dir, "block"), join(dir, "release")];
    const outcomes: Outcome[] = [];
    const visit = async (path: string): Promise<void> =>
      void outcomes.push(await requestOnce(dashd.port, path, { timeoutMs: 60_000 }));

    const visits = [visit(`/block?when=${blockNow}`)];
    await until("the one that will block to have its slot", async () => (await dashd.status()).load.inFlight === 1);
    const arrivedAtMs = performance.now();
    for (let n = 0; n < 249; n++) visits.push(visit(`/hold?until=${release}`));
    await until("250 clients", async () => {
      const { connections, held } = (await dashd.status()).load;
      return connections + held === 250;
    });
    writeFileSync(blockNow, "");
    const blocked = await until("a late worker", async () =>
      (await dashd.status()).workers.find(({ state }) => state === "late"),
    );

    const tookMs: number[] = [];
    while (performance.now() - arrivedAtMs < 8_000) {
      const askedAtMs = performance.now();
      const { load } = await dashd.status();
      tookMs.push(performance.now() - askedAtMs);
      assert.deepEqual([load.connections, load.held, load.refused], [200, 50, 0]);
      assert.deepEqual(outcomes, [], "nobody is answered or refused inside the wait budget");
    }
    t.diagnostic(
      `status: median ${median(tookMs).toFixed(1)} ms, longest ${Math.max(...tookMs).toFixed(1)} ms of ${tookMs.length}`,
    );
    assert.ok(median(tookMs) < 50, `status took ${median(tookMs)} ms`);
    const document = JSON.parse((await dashd.run("status", "--json")).stdout);
    assert.equal(document.workers.length, 16);

    // The budget is one, through hold and queue: whoever has no request slot by now is told so.
    await until("the wait budget of everybody who waits to be used", () => outcomes.length >= 50 + 100, {
      deadlineMs: 20_000,
    });
    await until("nobody to be held", async () => (await dashd.status()).load.held === 0);
    for (const outcome of outcomes.slice(0, 150)) {
      assert.ok(outcome.kind === "answer" && outcome.status === 503, JSON.stringify(outcome));
      assert.match(outcome.headers.get("retry-after") ?? "", /^\d+$/);
      assert.ok(outcome.endedAtMs - arrivedAtMs >= 9_900, `after ${outcome.endedAtMs - arrivedAtMs} ms`);
    }
    writeFileSync(release, "");
    signalIfAlive(blocked.pid, "SIGKILL");
    await Promise.all(visits);
    const served = outcomes.filter((outcome) => outcome.kind === "answer" && outcome.status === 200).length;
    assert.ok(served >= 15 * 4, `${served}: the four slots of each of the fifteen sound workers were served`);
  },
);

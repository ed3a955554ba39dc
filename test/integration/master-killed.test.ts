import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { connected } from "../client/connection.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { isListening } from "../client/reachable.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { allGone } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

for (const [state, blocked] of [
  ["its workers idle", false],
  ["one worker blocked in a loop", true],
] as const) {
  test(
    `SIGKILL of the master with ${state}: all workers gone within 2 s, port free, next start clean`,
    { timeout },
    async (t) => {
      const dir = scratchDir(t);
      const setting = { dir, app: fixtureApp("program.cjs"), profiles: smallLadder(join(dir, "ladder")) };
      const dashd = await startDashd(t, { ...setting, stage: 2 });
      if (blocked) {
        const client = await connected(dashd.port);
        void client.request("/block");
        await until("a late worker", async () =>
          (await dashd.status()).workers.some(({ state: now }) => now === "late"),
        );
      }
      const pids = dashd.pids();
      assert.equal(pids.length, 4);

      const killedAtMs = performance.now();
      dashd.kill("SIGKILL");
      await allGone(pids, 2_000);
      t.diagnostic(`gone after ${Math.round(performance.now() - killedAtMs)} ms`);
      assert.equal(await isListening(dashd.port), false);

      const next = await startDashd(t, { ...setting, home: dashd.home, args: ["--port", String(dashd.port)] });
      const snapshot = await next.status();
      assert.equal(snapshot.stage, 2, "the last committed stage");
      assert.equal((await fetchPage(dashd.port, "/")).status, 200);
    },
  );
}

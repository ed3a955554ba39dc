import assert from "node:assert/strict";
import { assertNoneFailed } from "../client/crowd.ts";
import { readyWorkers } from "../support/instance.ts";
import { allGone } from "../support/processes.ts";
import { between } from "../support/random.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";
import { startInstance, usersAtWork, workersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t24: Trial = {
  id: "T24",
  title: "stage 1 → 2 → 1 → 2 under load with every command given twice: none lost, the second told busy, counts exact",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const dashd = await startInstance(context, {}, { stage: 1 });
    const crowd = await usersAtWork(context, dashd.port);
    for (const stage of quick ? [2, 1] : [2, 1, 2]) {
      const oldPids = await pidsOf(dashd);
      const before = await dashd.status();
      // Longer than a command takes to start, or the second finds nothing to do.
      const first = dashd.spawn("stage", String(stage), "--watch-window", "5");
      await until("the change", async () => (await dashd.status()).state === "changing", { everyMs: 5 });
      await new Promise((resolve) => setTimeout(resolve, between(random, 0, 50)));
      const second = await dashd.run(...(random() < 0.5 ? ["stage", String(stage)] : ["reload"]));
      assert.equal(second.code, 7, `${second.stdout}${second.stderr}`);
      assert.match(second.stderr, /E_BUSY/);
      assert.equal((await first.exited).code, 0);
      const now = await dashd.status();
      assert.deepEqual([now.stage, now.revision, now.state], [stage, before.revision + 1, "held"]);
      const workers = stage === 2 ? workersOf(context) : workersOf(context) - 1;
      assert.equal(readyWorkers(now).length, workers, "exactly as many workers as the stage has");
      await allGone(oldPids, 60_000);
      assert.equal(dashd.pids().length, workers + 1, "and no other process");
      await moreRequests(crowd, 300);
    }
    const requests = await crowd.leave();
    sheet.add(requests);
    assertNoneFailed(requests, quick ? 300 : 1_000);
  },
};

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Snapshot } from "../../lib/protocol/snapshot.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { assertOnlyKilledLost, killUnder } from "../support/kills.ts";
import { quantile } from "../support/median.ts";
import { between } from "../support/random.ts";
import { startInstance, usersAtWork, workersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t31: Trial = {
  id: "T31",
  title: "status answers at once and truly, a hundred times, while a worker is killed every 200 ms under load",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const lag = watchHostLag(context);
    const workers = workersOf(context);
    const dashd = await startInstance(context, { queue: { max: 100 * workers }, waitTimeoutSec: 30 });
    const crowd = await usersAtWork(context, dashd.port);
    const killing = killUnder(dashd, { kills: quick ? 20 : 150, everyMs: 200, random });

    // The master's answer, as any client of the control socket gets it.
    const times: number[] = [];
    const worst = { tookMs: 0, lagMs: 0 };
    for (let n = 0; n < (quick ? 20 : 100); n++) {
      const fromMs = performance.now();
      const snapshot = await dashd.status();
      const tookMs = performance.now() - fromMs;
      const lagMs = lag.worstMs(fromMs);
      if (tookMs - lagMs > worst.tookMs - worst.lagMs) Object.assign(worst, { tookMs, lagMs });
      times.push(tookMs);
      assertTrue(snapshot, workers);
      await pause(between(random, 100, 300));
    }
    // The command, beside which a Node program that does nothing is started.
    const commands: number[] = [];
    const bare: number[] = [];
    for (let n = 0; n < (quick ? 3 : 10); n++) {
      const fromMs = performance.now();
      const [{ code, stdout }, bareMs] = await Promise.all([dashd.run("status", "--json"), bareNode()]);
      commands.push(performance.now() - fromMs);
      bare.push(bareMs);
      assert.equal(code, 0);
      assertTrue(JSON.parse(stdout), workers);
    }
    const kills = await killing;
    const requests = await crowd.leave();
    sheet.add(requests);
    assertOnlyKilledLost(requests, kills);
    sheet.note(
      `answers of the control socket: p50 ${Math.round(quantile(times, 0.5))} ms, slowest ${Math.round(Math.max(...times))} ms`,
    );
    sheet.atMost("the worst answer of the control socket", worst.tookMs, 200, {
      unit: "ms",
      allowing: { "host lag": worst.lagMs },
    });
    sheet.atMost("the slowest `dashd status --json`", Math.max(...commands), 200, {
      unit: "ms",
      allowing: { "two bare Node starts": 2 * Math.max(...bare), "host lag": lag.worstMs() },
    });
  },
};

/** Whole, and without a contradiction. */
const assertTrue = (snapshot: Snapshot, workers: number): void => {
  assert.equal(snapshot.schemaVersion, 1);
  assert.match(snapshot.state, /^(held|degraded)$/);
  assert.ok(snapshot.workers.length >= workers, "a row for every slot");
  const living = snapshot.workers.filter(({ state }) => state === "ready" || state === "late").length;
  assert.equal(snapshot.state === "held", living === workers, `${snapshot.state} with ${living} of ${workers} ready`);
};

const bareNode = async (): Promise<number> => {
  const fromMs = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - fromMs;
};

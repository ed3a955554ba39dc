import assert from "node:assert/strict";
import { connected } from "../client/connection.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { isListening } from "../client/reachable.ts";
import { fixtureApp } from "../support/apps.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { startDashd } from "../support/instance.ts";
import { allGone } from "../support/processes.ts";
import { between } from "../support/random.ts";
import { until } from "../support/until.ts";
import { startInstance, workersOf } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t13: Trial = {
  id: "T13",
  title: "SIGKILL of the master while its workers are idle: all gone at once, port free, next start clean",
  run: (context) => killMaster(context, { blocked: false, withinMs: 500 }),
};

export const t14: Trial = {
  id: "T14",
  title: "SIGKILL of the master while a worker is blocked in a loop: all gone at once, port free, next start clean",
  run: (context) => killMaster(context, { blocked: true, withinMs: 2_000 }),
};

const killMaster = async (context: TrialContext, { blocked, withinMs }: MasterKill): Promise<void> => {
  const { sheet, random } = context;
  const lag = watchHostLag(context);
  const dashd = await startInstance(context);
  if (blocked) {
    void (await connected(dashd.port)).request("/block");
    await until("a late worker", async () => (await dashd.status()).workers.some(({ state }) => state === "late"));
  }
  await new Promise((resolve) => setTimeout(resolve, between(random, 0, 1_500)));
  const pids = dashd.pids();
  assert.equal(pids.length, workersOf(context) + 1);
  const atMs = performance.now();
  dashd.kill("SIGKILL");
  await allGone(pids, 30_000);
  const allowing = { "host lag": lag.worstMs(atMs) };
  sheet.atMost("all gone after", performance.now() - atMs, withinMs, { unit: "ms", allowing });
  assert.equal(await isListening(dashd.port), false);

  const next = await startDashd(context, {
    dir: dashd.dir,
    home: dashd.home,
    app: fixtureApp("program.cjs"),
    profiles: `${dashd.dir}/ladder`,
    args: ["--port", String(dashd.port)],
  });
  const { stage, state, warnings } = await next.status();
  // What the stage asks of the host is no matter of the kill.
  const odd = warnings.filter(({ code }) => code !== "preflight.finding");
  assert.deepEqual([stage, state, odd], [2, "held", []], "the last committed stage");
  assert.equal((await fetchPage(dashd.port, "/")).status, 200);
  sheet.count("ok");
};

interface MasterKill {
  readonly blocked: boolean;
  readonly withinMs: number;
}

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { fetchPage } from "../client/fetch-page.ts";
import { fixtureApp } from "../support/apps.ts";
import { launchDashd, type Launched, readyWorkers, startDashd } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { allGone, isAlive, signalIfAlive } from "../support/processes.ts";
import { between, oneOf } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { workersOf } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t42: Trial = {
  id: "T42",
  title: "a hundred random signals in five seconds, while it boots too: it runs whole or has ended, no orphan",
  run: async (context) => {
    // Nothing of these ends a master that serves; a worker may get anything.
    await storm(context, { master: ["SIGHUP", "SIGCONT", "SIGWINCH", "SIGURG", "SIGSTOP"], once: [] });
    await storm(context, { master: ["SIGHUP", "SIGCONT", "SIGSTOP"], once: ["SIGTERM"] });
    await storm(context, { master: ["SIGHUP", "SIGCONT", "SIGWINCH"], once: ["SIGINT", "SIGINT", "SIGTERM"] });
    await storm(context, { master: ["SIGHUP", "SIGPIPE", "SIGSTOP"], once: ["SIGQUIT"] });
  },
};

interface Signals {
  readonly master: readonly NodeJS.Signals[];
  /** Somewhere in the storm, each so often. */
  readonly once: readonly NodeJS.Signals[];
}

const storm = async (context: TrialContext, { master, once }: Signals): Promise<void> => {
  const { random, sheet } = context;
  const dir = scratchDir(context);
  const profile = { workers: workersOf(context), watchWindowSec: 0 };
  const options = {
    ...{ dir, home: `${dir}/home`, app: fixtureApp("program.cjs"), stage: 2 },
    profiles: writeLadder(`${dir}/ladder`, { 1: profile, 2: profile }),
  };
  const dashd = launchDashd(context, options);
  // Where it ends, it was asked to.
  void dashd.ended();
  const sent: string[] = [];
  const turns = new Map(once.map((signal) => [Math.floor(between(random, 0, storms)), signal]));
  for (let turn = 0; turn < storms && isAlive(dashd.pid); turn++) {
    await pause(between(random, 0, 2 * everyMs));
    const ending = turns.get(turn);
    const workers = dashd.pids().filter((pid) => pid !== dashd.pid);
    const forMaster = ending !== undefined || workers.length === 0 || random() < 0.5;
    const pid = forMaster ? dashd.pid : oneOf(random, workers);
    // Before its first worker, Node itself and the command have no ear for a hang-up.
    const heard = workers.length === 0 ? master.filter((one) => one !== "SIGHUP" && one !== "SIGPIPE") : master;
    const signal = ending ?? oneOf(random, forMaster ? heard : forWorkers);
    sent.push(`${forMaster ? "" : "worker "}${signal}`);
    signalIfAlive(pid, signal);
    if (signal === "SIGSTOP" && forMaster) setTimeout(() => signalIfAlive(pid, "SIGCONT"), between(random, 0, 200));
  }
  const told = `after ${sent.join(", ")}`;
  await pause(200);
  const pids = dashd.pids();
  // Who is stopped cannot see that its master is gone.
  for (const pid of pids) signalIfAlive(pid, "SIGCONT");
  const outcome = await until(`it to run whole or to have ended, ${told}`, () => outcomeOf(context, dashd), {
    deadlineMs: 90_000,
  });
  sheet.note(`${sent.length} signals (${once.join(", ") || "none that ends it"}): ${outcome}`);
  if (outcome === "ended") {
    const { code, signal, stderr } = await dashd.ended();
    sheet.note(`  code ${code}, ${signal}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
    await allGone(pids, 10_000);
    const next = await startDashd(context, options);
    assert.equal((await fetchPage(next.port, "/")).status, 200, `a start ${told}`);
    await next.stop();
  } else {
    const { port } = await dashd.serving();
    assert.equal((await fetchPage(port, "/")).status, 200, told);
    assert.equal((await dashd.stop()).code, 0, `a stop ${told}`);
    await allGone(pids, 10_000);
  }
  sheet.count("ok", sent.length);
};

const outcomeOf = async (context: TrialContext, dashd: Launched): Promise<"whole" | "ended" | null> => {
  if (!isAlive(dashd.pid)) return "ended";
  const snapshot = await dashd.status();
  return snapshot.state === "held" && readyWorkers(snapshot).length === workersOf(context) ? "whole" : null;
};

const storms = 100;
const everyMs = 50;
const forWorkers: readonly NodeJS.Signals[] = [
  ...(["SIGHUP", "SIGTERM", "SIGINT", "SIGCONT", "SIGSTOP", "SIGKILL", "SIGSEGV", "SIGPIPE", "SIGWINCH"] as const),
];

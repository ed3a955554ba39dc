import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { countByKind, failedOf, gatherCrowd, type CrowdOptions } from "../client/crowd.ts";
import { streamOfConnections } from "../client/arrivals.ts";
import { afterwards } from "./afterwards.ts";
import { readyWorkers, type Instance } from "./instance.ts";
import { descriptorsOf } from "./master-figures.ts";
import { allGone, signalIfAlive } from "./processes.ts";
import { until } from "./until.ts";

/**
 * Kills a random ready worker again and again under keep-alive users. Only what was in progress on a killed worker may
 * fail; nobody is refused; the count comes back; each kill costs one fork. Gives the pids that were killed.
 */
export const killAtRandom = async (
  t: TestContext,
  dashd: Instance,
  options: KillOptions,
): Promise<readonly number[]> => {
  const { kills: times, everyMs, keepAlive, thinkMs = 100, habits = {} } = options;
  const expected = readyWorkers(await dashd.status()).length;
  const descriptorsBefore = descriptorsOf(dashd.pid);
  const crowd = gatherCrowd({ port: dashd.port, keepAlive, oneShot: 0, thinkMs, ...habits });
  afterwards(t, async () => void (await crowd.leave()));
  await until("users at work", () => crowd.requests.length >= keepAlive * 2);

  const kills: (Death & { readonly pid: number })[] = [];
  let mayFail = 0;
  while (kills.length < times) {
    // A status of a moment ago may still show one that is dead.
    const victim = await until("a worker to kill", async () => {
      const ready = readyWorkers(await dashd.status()).filter(({ pid }) => !kills.some((kill) => kill.pid === pid));
      return ready[Math.floor(Math.random() * ready.length)];
    });
    mayFail += victim.connections;
    const [kill] = await Promise.all([killOne(victim.pid), pause(everyMs)]);
    kills.push(kill);
  }
  const snapshot = await until(`${expected} workers again`, async () => {
    const now = await dashd.status();
    const survivors = readyWorkers(now).filter((worker) => !kills.some(({ pid }) => pid === worker.pid));
    return survivors.length === expected && now.state === "held" ? now : null;
  });
  const requests = await crowd.leave();
  t.diagnostic(
    `${JSON.stringify(countByKind(requests))} in ${times} kills; at most ${mayFail} connections were on them`,
  );

  const failed = failedOf(requests);
  assert.ok(failed.length <= mayFail, `${failed.length} failed, ${mayFail} connections were on killed workers`);
  for (const { failure, heldBy, detail, sentAtMs, endedAtMs } of failed) {
    assert.ok(
      failure === "reset" || failure === "empty" || failure === "cut",
      `a kill shows as a lost connection, not ${failure}`,
    );
    // Idle connections move: who answered last need not be who was killed.
    const onKilled = kills.some(({ pid }) => pid === heldBy) || wasWith(kills, sentAtMs, endedAtMs);
    assert.ok(
      onKilled,
      `${detail}, with ${heldBy}, sent at ${sentAtMs}, ended at ${endedAtMs}: ${JSON.stringify(kills)}`,
    );
  }
  const restarts = snapshot.workers.reduce((sum, worker) => sum + worker.restarts, 0);
  assert.equal(restarts, times, "one fork for each kill");
  await until("no more descriptors of the master than before", () => {
    const now = descriptorsOf(dashd.pid);
    if (now.length <= descriptorsBefore.length) return true;
    throw new Error(`before: ${descriptorsBefore.join(" ")}; now: ${now.join(" ")}`);
  });
  return kills.map(({ pid }) => pid);
};

export interface KillOptions {
  readonly kills: number;
  readonly everyMs: number;
  readonly keepAlive: number;
  /** 100 unless said. */
  readonly thinkMs?: number;
  readonly habits?: Pick<CrowdOptions, "path" | "body">;
}

interface Death {
  readonly killedAtMs: number;
  readonly goneAtMs: number;
}

const killOne = async (pid: number): Promise<Death & { readonly pid: number }> => {
  const killedAtMs = performance.now();
  signalIfAlive(pid, "SIGKILL");
  await allGone([pid], 10_000);
  return { pid, killedAtMs, goneAtMs: performance.now() };
};

/** A client on a busy host hears of the end a little after it. */
const hearsAfterMs = 500;

/** Was such a request in progress while a worker died? */
const wasWith = (deaths: readonly Death[], sentAtMs: number, endedAtMs: number): boolean =>
  deaths.some(({ killedAtMs, goneAtMs }) => sentAtMs <= goneAtMs + hearsAfterMs && endedAtMs >= killedAtMs);

/**
 * Kills every worker at once while clients keep coming: all are held and served, none is refused and none hangs. Only on
 * a host so slow that the backlog fills or the wait budget ends before workers are back may a client be told 503.
 */
export const killAllUnderNewConnections = async (
  t: TestContext,
  dashd: Instance,
  options: KillAllOptions,
): Promise<void> => {
  const { perSec, kills } = options;
  const { limits } = await dashd.status();
  const arrivals = streamOfConnections({ port: dashd.port, perSec, path: "/slow?ms=20" });
  afterwards(t, async () => void (await arrivals.end()));
  await until("clients at work", () => arrivals.requests.length >= perSec / 2);
  const outages: Outage[] = [];
  while (outages.length < kills) {
    outages.push(await killAll(dashd));
    await until("those who were held to be served", async () => (await dashd.status()).load.held === 0, {
      deadlineMs: 60_000,
    });
  }
  const requests = await arrivals.end();
  t.diagnostic(`${JSON.stringify(countByKind(requests))}; ${JSON.stringify(outages)}`);

  const backlog = Number(limits.find(({ name }) => name === "backlog")?.declared);
  const mustRefuse = outages.some(({ tookMs, mostHeld }) => mostHeld > backlog - perSec / 10 || tookMs > 9_000);
  for (const { failure, sentAtMs, endedAtMs, detail } of failedOf(requests)) {
    if (mustRefuse && failure === "503") continue;
    assert.ok(failure === "reset" || failure === "empty" || failure === "cut", `${failure}: ${detail}`);
    assert.ok(wasWith(outages, sentAtMs, endedAtMs), `lost without having been with a killed worker: ${detail}`);
  }
  const held = requests.filter(({ sentAtMs }) =>
    outages.some(({ goneAtMs, killedAtMs, tookMs }) => sentAtMs > goneAtMs && sentAtMs < killedAtMs + tookMs),
  );
  assert.ok(held.length > 0, "clients came while no worker was there");
};

export interface KillAllOptions {
  readonly perSec: number;
  readonly kills: number;
}

interface Outage extends Death {
  /** From the kill to the full count of workers. */
  readonly tookMs: number;
  readonly mostHeld: number;
}

const killAll = async (dashd: Instance): Promise<Outage> => {
  const oldPids = readyWorkers(await dashd.status()).map(({ pid }) => pid);
  const deaths = await Promise.all(oldPids.map(killOne));
  const killedAtMs = Math.min(...deaths.map((death) => death.killedAtMs));
  const goneAtMs = Math.max(...deaths.map((death) => death.goneAtMs));
  let mostHeld = 0;
  await until(`${oldPids.length} new workers`, async () => {
    const now = await dashd.status();
    mostHeld = Math.max(mostHeld, now.load.held);
    return readyWorkers(now).filter(({ pid }) => !oldPids.includes(pid)).length === oldPids.length;
  });
  return { killedAtMs, goneAtMs, tookMs: Math.round(performance.now() - killedAtMs), mostHeld };
};

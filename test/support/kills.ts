import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { streamOfConnections } from "../client/arrivals.ts";
import { countByKind, failedOf, gatherCrowd, type CrowdOptions, type SentRequest } from "../client/crowd.ts";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { readyWorkers, type Instance } from "./instance.ts";
import { descriptorsOf } from "./master-figures.ts";
import { allGone, signalIfAlive } from "./processes.ts";
import { oneOf, type Random } from "./random.ts";
import { moreRequests } from "./swaps.ts";
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
  const { keepAlive, secure = false, thinkMs = 100, habits = {} } = options;
  const descriptorsBefore = descriptorsOf(dashd.pid);
  const crowd = gatherCrowd({ port: dashd.port, keepAlive, oneShot: 0, secure, thinkMs, ...habits });
  afterwards(t, async () => void (await crowd.leave()));
  await moreRequests(crowd, keepAlive * 2);
  const kills = await killUnder(dashd, { ...options, random: Math.random });
  await fullCountAfter(dashd, kills);
  const requests = await crowd.leave();
  t.diagnostic(`${JSON.stringify(countByKind(requests))} in ${kills.length} kills`);
  assertOnlyKilledLost(requests, kills);
  await until("no more descriptors of the master than before", () => {
    const now = descriptorsOf(dashd.pid);
    if (now.length <= descriptorsBefore.length) return true;
    throw new Error(`before: ${descriptorsBefore.join(" ")}; now: ${now.join(" ")}`);
  });
  return kills.map(({ pid }) => pid);
};

/** The kills themselves, one after another. */
export const killUnder = async (dashd: Instance, options: KillUnderOptions): Promise<readonly Kill[]> => {
  const kills: Kill[] = [];
  while (kills.length < options.kills) {
    // The master may not have heard yet of the last one's end.
    const alive = async () =>
      readyWorkers(await dashd.status()).filter(({ pid }) => !kills.some((kill) => kill.pid === pid));
    const choices = await until("a ready worker", async () => nullIfNone(await alive()));
    const victim = oneOf(options.random, choices);
    const [kill] = await Promise.all([killOne(victim.pid), pause(options.everyMs)]);
    kills.push({ ...kill, connections: victim.connections });
  }
  return kills;
};

/** Waits for as many workers as the stage has, none of them a victim; each kill has cost one fork. */
export const fullCountAfter = async (dashd: Instance, kills: readonly Kill[]): Promise<void> => {
  const snapshot = await until("the full count of workers", async () => {
    const now = await dashd.status();
    const dead = readyWorkers(now).some((worker) => kills.some(({ pid }) => pid === worker.pid));
    return now.state === "held" && !dead ? now : null;
  });
  const restarts = snapshot.workers.reduce((sum, worker) => sum + worker.restarts, 0);
  assert.equal(restarts, kills.length, "one fork for each kill");
};

/**
 * Whatever failed shows as a lost connection, was in progress when a worker died, and there is no more of it than the dead
 * had connections. Idle connections move: who answered last on one need not be who had it in the end.
 */
export const assertOnlyKilledLost = (requests: readonly SentRequest[], kills: readonly Kill[]): void => {
  const failed = failedOf(requests);
  for (const { failure, heldBy, detail, sentAtMs, endedAtMs } of failed) {
    assert.ok(isLost(failure), `a kill shows as a lost connection, not ${failure}: ${detail}`);
    assert.ok(
      wasWith(kills, sentAtMs, endedAtMs),
      `${failure}: ${detail}, with ${heldBy}, sent at ${sentAtMs}, ended at ${endedAtMs}: ${JSON.stringify(kills)}`,
    );
  }
  const most = kills.reduce((sum, { connections }) => sum + connections, 0);
  assert.ok(failed.length <= most, `${failed.length} failed, ${most} connections were on killed workers`);
};

const isLost = (failure: string | null): boolean => failure === "reset" || failure === "empty" || failure === "cut";

const nullIfNone = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);

export interface KillOptions {
  readonly kills: number;
  readonly everyMs: number;
  readonly keepAlive: number;
  /** All of them over TLS. */
  readonly secure?: boolean;
  /** 100 unless said. */
  readonly thinkMs?: number;
  readonly habits?: Pick<CrowdOptions, "path" | "body">;
}

interface KillUnderOptions extends Omit<KillOptions, "keepAlive"> {
  readonly random: Random;
}

export interface Kill extends Death {
  readonly pid: number;
  /** How many it had. */
  readonly connections: number;
}

interface Death {
  readonly killedAtMs: number;
  readonly goneAtMs: number;
}

const killOne = async (pid: number): Promise<Omit<Kill, "connections">> => {
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
  t: Cleanup,
  dashd: Instance,
  options: KillAllOptions,
): Promise<KilledAll> => {
  const { perSec, kills } = options;
  const { limits } = await dashd.status();
  const arrivals = streamOfConnections({ port: dashd.port, perSec, path: "/slow?ms=20" });
  afterwards(t, async () => void (await arrivals.end()));
  await until("clients at work", () => arrivals.requests.length >= perSec / 2);
  const outages: Outage[] = [];
  while (outages.length < kills) {
    await pause(options.pauseMs?.() ?? 0);
    outages.push(await killAll(dashd));
    await until("those who were held to be served", async () => (await dashd.status()).load.held === 0, {
      deadlineMs: 60_000,
    });
  }
  const requests = await arrivals.end();

  const backlog = Number(limits.find(({ name }) => name === "backlog")?.declared);
  const mustRefuse = outages.some(({ tookMs, mostHeld }) => mostHeld > backlog - perSec / 10 || tookMs > 9_000);
  for (const { failure, sentAtMs, endedAtMs, detail } of failedOf(requests)) {
    if (mustRefuse && failure === "503") continue;
    assert.ok(isLost(failure), `${failure}: ${detail}`);
    assert.ok(wasWith(outages, sentAtMs, endedAtMs), `lost without having been with a killed worker: ${detail}`);
  }
  const held = requests.filter(({ sentAtMs }) =>
    outages.some(({ goneAtMs, killedAtMs, tookMs }) => sentAtMs > goneAtMs && sentAtMs < killedAtMs + tookMs),
  );
  assert.ok(held.length > 0, "clients came while no worker was there");
  return { requests, outages };
};

export interface KillAllOptions {
  readonly perSec: number;
  readonly kills: number;
  /** Before each kill. */
  readonly pauseMs?: () => number;
}

export interface KilledAll {
  readonly requests: readonly SentRequest[];
  readonly outages: readonly Outage[];
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

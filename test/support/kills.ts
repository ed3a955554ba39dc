import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { countByKind, failedOf, gatherCrowd } from "../client/crowd.ts";
import { streamOfConnections } from "../client/arrivals.ts";
import { afterwards } from "./afterwards.ts";
import { readyWorkers, type Instance } from "./instance.ts";
import { signalIfAlive } from "./processes.ts";
import { until } from "./until.ts";

/**
 * Kills a random ready worker again and again under keep-alive users. Only what was in progress on a killed worker may
 * fail; nobody is refused; the count comes back; each kill costs one fork.
 */
export const killAtRandom = async (t: TestContext, dashd: Instance, options: KillOptions): Promise<void> => {
  const { kills, everyMs, keepAlive } = options;
  const expected = readyWorkers(await dashd.status()).length;
  const descriptorsBefore = descriptorsOf(dashd.pid);
  const crowd = gatherCrowd({ port: dashd.port, keepAlive, oneShot: 0, thinkMs: 100 });
  afterwards(t, async () => void (await crowd.leave()));
  await until("users at work", () => crowd.requests.length >= keepAlive * 2);

  const killedAtMs: number[] = [];
  let mayFail = 0;
  for (let kill = 0; kill < kills; kill++) {
    const ready = readyWorkers(await dashd.status());
    const victim = ready[Math.floor(Math.random() * ready.length)];
    assert.ok(victim !== undefined);
    mayFail += victim.connections;
    killedAtMs.push(performance.now());
    signalIfAlive(victim.pid, "SIGKILL");
    await pause(everyMs);
  }
  const snapshot = await until(`${expected} workers again`, async () => {
    const now = await dashd.status();
    return readyWorkers(now).length === expected && now.state === "held" ? now : null;
  });
  const requests = await crowd.leave();
  t.diagnostic(`${JSON.stringify(countByKind(requests))} in ${kills} kills; at most ${mayFail} connections were on them`);

  const failed = failedOf(requests);
  assert.ok(failed.length <= mayFail, `${failed.length} failed, ${mayFail} connections were on killed workers`);
  for (const { failure, sentAtMs, endedAtMs } of failed) {
    assert.ok(failure === "reset" || failure === "empty" || failure === "cut", `a kill shows as a lost connection, not ${failure}`);
    const during = killedAtMs.some((atMs) => sentAtMs <= atMs + 100 && endedAtMs >= atMs - 1);
    assert.ok(during, `sent at ${sentAtMs}, ended at ${endedAtMs}, kills at ${killedAtMs.join(", ")}`);
  }
  const restarts = snapshot.workers.reduce((sum, worker) => sum + worker.restarts, 0);
  assert.equal(restarts, kills, "one fork for each kill");
  await until("descriptors of the master as before", () => descriptorsOf(dashd.pid) <= descriptorsBefore);
};

export interface KillOptions {
  readonly kills: number;
  readonly everyMs: number;
  readonly keepAlive: number;
}

/** Kills every worker at once while clients keep coming: all are held and served, none is refused and none hangs. */
export const killAllUnderNewConnections = async (
  t: TestContext,
  dashd: Instance,
  { perSec, kills }: { readonly perSec: number; readonly kills: number },
): Promise<void> => {
  const expected = readyWorkers(await dashd.status()).length;
  const arrivals = streamOfConnections({ port: dashd.port, perSec, path: "/slow?ms=20" });
  afterwards(t, async () => void (await arrivals.end()));
  await until("clients at work", () => arrivals.requests.length >= perSec / 2);
  const windows: (readonly [number, number])[] = [];
  let oldPids = dashd.pids();
  for (let kill = 0; kill < kills; kill++) {
    const workers = readyWorkers(await dashd.status());
    oldPids = workers.map(({ pid }) => pid);
    const killedAtMs = performance.now();
    for (const { pid } of workers) signalIfAlive(pid, "SIGKILL");
    await until(`${expected} new workers`, async () => {
      const now = readyWorkers(await dashd.status());
      return now.length === expected && !now.some(({ pid }) => oldPids.includes(pid));
    });
    windows.push([killedAtMs, performance.now()]);
  }
  const requests = await arrivals.end();
  t.diagnostic(`${JSON.stringify(countByKind(requests))}; back after ${windows.map(([a, b]) => Math.round(b - a)).join(", ")} ms`);

  for (const { failure, sentAtMs, endedAtMs, detail } of failedOf(requests)) {
    assert.ok(failure === "reset" || failure === "empty" || failure === "cut", `${failure}: ${detail}`);
    const wasRunning = windows.some(([killedAtMs]) => sentAtMs <= killedAtMs + 50 && endedAtMs >= killedAtMs - 1);
    assert.ok(wasRunning, `lost without having been with a killed worker: ${detail}`);
  }
  const came = requests.filter(({ sentAtMs }) => windows.some(([from, to]) => sentAtMs > from + 50 && sentAtMs < to));
  assert.ok(came.length > 0 && came.every(({ failure }) => failure === null), "whoever came while no worker was there was held and served");
};

/** Open descriptors of a process, sockets of clients and channels of workers among them. */
const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

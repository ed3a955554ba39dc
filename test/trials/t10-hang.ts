import assert from "node:assert/strict";
import { lookAtMainThread } from "../../lib/host/main-thread.ts";
import type { WorkerRow } from "../../lib/protocol/snapshot.ts";
import { connected, requestOnce } from "../client/connection.ts";
import { failedOf, judge, type SentRequest } from "../client/crowd.ts";
import { whoAnswered } from "../client/name-card.ts";
import { afterwards } from "../support/afterwards.ts";
import { beside } from "../support/bare-boots.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { readyWorkers, type Instance } from "../support/instance.ts";
import { isAlive, signalIfAlive } from "../support/processes.ts";
import { between } from "../support/random.ts";
import { until } from "../support/until.ts";
import { startInstance, usersAtWork, workersOf } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t10: Trial = {
  id: "T10",
  title: "a worker in an endless loop is replaced, nobody else notices, and who waits for it is served elsewhere",
  run: (context) =>
    hangOne(context, async ({ pid, block }) => {
      block();
      const before = lookAtMainThread(pid)?.cpuMs ?? 0;
      return () => (lookAtMainThread(pid)?.cpuMs ?? Number.POSITIVE_INFINITY) - before >= limitMs;
    }),
};

export const t12: Trial = {
  id: "T12",
  title: "a worker that was stopped by SIGSTOP is replaced, nobody else notices, who waits for it is served elsewhere",
  run: (context) =>
    hangOne(context, async ({ pid }) => {
      signalIfAlive(pid, "SIGSTOP");
      const stoppedAtMs = performance.now();
      return () => performance.now() - stoppedAtMs >= limitMs;
    }),
};

export const t11: Trial = {
  id: "T11",
  title: "all workers in an endless loop: each is replaced once, and who came meanwhile is served",
  run: async (context) => {
    const { sheet, random } = context;
    const lag = watchHostLag(context);
    const dashd = await startInstance(context, { hang: { killAfterSec: 1 }, waitTimeoutSec: 120 });
    const workers = workersOf(context);
    const victims = await blockersOf(context, dashd, workers);
    const before = new Map(victims.map(({ pid }) => [pid, lookAtMainThread(pid)?.cpuMs ?? 0]));
    for (const { block } of victims) {
      await new Promise((resolve) => setTimeout(resolve, between(random, 0, 20)));
      block();
    }
    const visits = Array.from({ length: 10 * workers }, (_, n) => visit(dashd.port, n));
    const used = (pid: number): number =>
      (lookAtMainThread(pid)?.cpuMs ?? Number.POSITIVE_INFINITY) - (before.get(pid) ?? 0);
    await until("the limit", () => victims.every(({ pid }) => used(pid) >= 1_000), patience);
    const reachedAtMs = performance.now();
    const isNew = ({ pid }: { readonly pid: number }): boolean => !before.has(pid);
    const replacements = until(
      "new workers",
      async () => readyWorkers(await dashd.status()).filter(isNew).length === workers,
      patience,
    );
    const { tookMs, bootMs } = await beside(workers, replacements);
    sheet.fullCount(tookMs);
    const counts = await until("the old ones to be gone", () => restartsOf(dashd, workers), patience);
    const requests = await Promise.all(visits);
    sheet.add(requests);
    const allowing = { [`${workers} bare boots`]: bootMs, "host lag": lag.worstMs(reachedAtMs) };
    sheet.atMost("all replaced after the limit by", tookMs, 2_000, { unit: "ms", allowing });
    assert.deepEqual(
      counts,
      Array.from({ length: workers }, () => 1),
      "each once",
    );
    // Taken by a worker in the moment before it began to loop.
    for (const { failure, detail, sentAtMs } of failedOf(requests)) {
      assert.ok(sentAtMs < reachedAtMs && (failure === "empty" || failure === "reset"), `${failure}: ${detail}`);
    }
    assert.ok(failedOf(requests).length <= workers, "at most one for each loop");
  },
};

const limitMs = 2_000;
/** Of each slot, once the master has heard of every end. */
const restartsOf = async (dashd: Instance, count: number): Promise<readonly number[] | null> => {
  const { workers } = await dashd.status();
  return workers.length === count ? workers.map(({ restarts }) => restarts) : null;
};

const hang = { hang: { killAfterSec: limitMs / 1_000 } };
const patience = { deadlineMs: 90_000 };

/** `begin` makes the victim hang and gives what tells that its limit is reached. */
const hangOne = async (context: TrialContext, begin: (victim: Victim) => Promise<() => boolean>): Promise<void> => {
  const { sheet, random } = context;
  const lag = watchHostLag(context);
  const dashd = await startInstance(context, { ...hang, queue: { max: 400 }, waitTimeoutSec: 30 });
  const crowd = await usersAtWork(context, dashd.port);
  const [victim] = await blockersOf(context, dashd, 1);
  assert.ok(victim !== undefined);
  await new Promise((resolve) => setTimeout(resolve, between(random, 0, 1_000)));

  const rowOf = async (): Promise<WorkerRow | undefined> =>
    (await dashd.status()).workers.find(({ pid }) => pid === victim.pid);
  const slot = (await rowOf())?.slot;
  const fromMs = performance.now();
  const isReached = await begin(victim);
  // So many at once that the door gives one to the victim, which never takes it.
  const visits = Array.from({ length: 10 * workersOf(context) }, (_, n) => visit(dashd.port, n));
  let reachedAtMs = Number.POSITIVE_INFINITY;
  const watch = setInterval(() => {
    if (reachedAtMs === Number.POSITIVE_INFINITY && isReached()) reachedAtMs = performance.now();
  }, 10);
  afterwards(context, () => clearInterval(watch));
  const isReplaced = async (): Promise<boolean> =>
    readyWorkers(await dashd.status()).some((worker) => worker.slot === slot && worker.pid !== victim.pid);
  let hadConnections = 0;
  await until(
    "the limit",
    async () => {
      hadConnections = Math.max(hadConnections, (await rowOf())?.connections ?? 0);
      return reachedAtMs < Number.POSITIVE_INFINITY;
    },
    patience,
  );
  const replacement = until(
    "the replacement",
    async () => {
      const isGone = !isAlive(victim.pid);
      const replaced = await isReplaced();
      assert.ok(replaced || !isGone, "the old one goes only when the new one is ready");
      return replaced;
    },
    patience,
  );
  const { tookMs, bootMs } = await beside(1, replacement);
  const replacedAtMs = performance.now();
  await until("the old one's end", () => !isAlive(victim.pid), patience);
  const [users, visitors] = [await crowd.leave(), await Promise.all(visits)];
  sheet.add(users);
  sheet.add(visitors);
  sheet.fullCount(tookMs);
  const allowing = { "a bare boot": bootMs, "host lag": lag.worstMs(fromMs) };
  sheet.atMost("replaced after the limit by", tookMs, 1_000, { unit: "ms", allowing });

  // Idle connections move between workers: who answered last on one need not be who has it. But no more are lost than
  // the victim had, and all of them in that time.
  const failed = failedOf([...users, ...visitors]);
  for (const { failure, detail, sentAtMs, endedAtMs } of failed) {
    const wasThen = endedAtMs >= fromMs && sentAtMs <= replacedAtMs + hearsAfterMs;
    assert.ok(wasThen && (failure === "empty" || failure === "reset"), `${failure}: ${detail}`);
  }
  assert.ok(failed.length <= hadConnections, `${failed.length} failed, ${hadConnections} connections were on it`);
  // The one whose hand-over the victim never acknowledged waited for it, and was answered by another.
  const waited = visitors.filter((request) => request.failure === null && waitedFor(request, fromMs));
  sheet.note(`${waited.length} waited as long as it hung, and were answered by others`);
  assert.ok(waited.length >= 1 && waited.every(({ by }) => by?.pid !== victim.pid));
};

const visit = async (port: number, n: number): Promise<SentRequest> => {
  const path = `/slow?ms=300&n=${n}`;
  return judge(path, await requestOnce(port, path, { timeoutMs: 120_000 }));
};

const waitedFor = ({ sentAtMs, endedAtMs }: SentRequest, fromMs: number): boolean =>
  sentAtMs >= fromMs && endedAtMs - sentAtMs >= limitMs / 2;

interface Victim {
  readonly pid: number;
  /** Sends its loop round for ever. */
  readonly block: () => void;
}

/** Connections to so many different workers. */
const blockersOf = async (context: TrialContext, dashd: Instance, count: number): Promise<readonly Victim[]> => {
  const victims = new Map<number, Victim>();
  await until(`connections to ${count} workers`, async () => {
    const connection = await connected(dashd.port);
    afterwards(context, connection.close);
    const pid = whoAnswered(await connection.request("/"))?.pid;
    if (pid !== undefined && !victims.has(pid)) {
      victims.set(pid, { pid, block: () => void connection.request("/block", { timeoutMs: 120_000 }) });
    }
    return victims.size === count;
  });
  return [...victims.values()];
};

/** A client on a busy host hears of the end a little after it. */
const hearsAfterMs = 1_000;

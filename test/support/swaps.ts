import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { assertNoneFailed, countByKind, gatherCrowd, type Crowd, type CrowdOptions } from "../client/crowd.ts";
import { afterwards } from "./afterwards.ts";
import { allGone } from "./processes.ts";
import { readyWorkers, type Instance } from "./instance.ts";
import { until } from "./until.ts";

/**
 * Changes the instance under users at work. No request may fail, each change must bring new pids, and what is sent after
 * a command came back must be answered by the new generation alone; where the command said that the old one is not done yet
 * (a starved host), what is sent after that.
 */
export const assertNothingLost = async (t: TestContext, dashd: Instance, options: SwapOptions): Promise<void> => {
  const { keepAlive, oneShot, http2 = 0, secure = false, changes, atLeast, thinkMs = 100, habits = {} } = options;
  const users = keepAlive + oneShot + http2;
  const crowd = gatherCrowd({ port: dashd.port, keepAlive, oneShot, http2, secure, thinkMs, ...habits });
  afterwards(t, async () => void (await crowd.leave()));
  await moreRequests(crowd, users);
  await swapUnder(crowd, dashd, { changes, requestsAfterEach: 3 * users });
  const requests = await crowd.leave();
  t.diagnostic(JSON.stringify(countByKind(requests)));
  assertNoneFailed(requests, atLeast);
};

/** The changes themselves; gives when each command was under way (`performance.now()`). */
export const swapUnder = async (
  crowd: Crowd,
  dashd: Instance,
  { changes, requestsAfterEach }: SwapUnderOptions,
): Promise<readonly Span[]> => {
  const spans: Span[] = [];
  for (const change of changes) {
    const oldPids = await pidsInForce(dashd);
    const fromMs = performance.now();
    const { code, stderr } = await dashd.run(...change, "--watch-window", "2");
    assert.equal(code, 0, `${change.join(" ")}: ${stderr}`);
    if (!oldHasGone.test(stderr)) await handedOver(dashd, oldPids);
    const changedAtMs = performance.now();
    spans.push({ fromMs, toMs: changedAtMs });
    const newPids = await pidsInForce(dashd);
    assert.ok(newPids.length > 0 && !newPids.some((pid) => oldPids.includes(pid)), `${change.join(" ")}: new pids`);

    await moreRequests(crowd, requestsAfterEach);
    const later = crowd.requests.filter(({ sentAtMs }) => sentAtMs >= changedAtMs);
    const strangers = later.filter(({ by }) => by !== null && !newPids.includes(by.pid));
    assert.equal(
      strangers.length,
      0,
      `${change.join(" ")}: ${strangers.length} of ${later.length} answered by the old`,
    );
    await allGone(oldPids, 60_000);
  }
  return spans;
};

/** From … to, by `performance.now()`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface SwapUnderOptions {
  readonly changes: readonly (readonly string[])[];
  readonly requestsAfterEach: number;
}

export interface SwapOptions {
  readonly keepAlive: number;
  readonly oneShot: number;
  readonly http2?: number;
  /** All of them over TLS. */
  readonly secure?: boolean;
  readonly changes: readonly (readonly string[])[];
  readonly atLeast: number;
  /** 100 unless said. */
  readonly thinkMs?: number;
  readonly habits?: Pick<CrowdOptions, "path" | "body">;
}

const oldHasGone = /has finished its requests and gone/;

/** A command waits three seconds for it, the old generation's connections may need longer; not as long as the stop time. */
const handedOver = (dashd: Instance, oldPids: readonly number[]): Promise<boolean> =>
  until(
    "the old generation to hand its connections over",
    async () => {
      const { workers } = await dashd.status();
      return workers.every(({ pid, connections }) => !oldPids.includes(pid) || connections === 0);
    },
    { deadlineMs: 20_000 },
  );

const pidsInForce = async (dashd: Instance): Promise<readonly number[]> =>
  readyWorkers(await dashd.status()).map(({ pid }) => pid);

export const moreRequests = (crowd: Crowd, count: number): Promise<true> => {
  const before = crowd.requests.length;
  return until(`${count} more requests`, () => crowd.requests.length >= before + count, { deadlineMs: 60_000 });
};

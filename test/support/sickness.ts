import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { ServiceName } from "../../lib/protocol/worker-messages.ts";
import type { Instance } from "./instance.ts";
import { pidsOf } from "./versioned.ts";
import { until } from "./until.ts";
import { quantileMs, startWatchedUsers, type Visit } from "./watched-users.ts";

/**
 * Makes a service sick under 100 users and asserts what the issue promises: no worker restarts, pages without it are as
 * fast as before, the others are answered or told 503 with a sentence, status names it within 3 s and all is well within 5 s
 * of its recovery. (On a busy host both are given {@link graceMs} more; the figures are told.)
 */
export const assertOnlyItsPagesSuffer = async (t: TestContext, dashd: Instance, sickness: Sickness): Promise<void> => {
  const { service, paths, fallIll, recover, lastsMs, deadlineMs } = sickness;
  const before = await pidsOf(dashd);
  const users = startWatchedUsers({ port: dashd.port, count: 100, pauseMs: 250, paths });
  try {
    const well = await visitsOf(users, 4_000);
    assert.deepEqual(
      well.filter(({ status }) => status !== 200).map(({ body }) => body),
      [],
      "everything is well at first",
    );
    await fallIll();
    const illAtMs = performance.now();
    const stateOf = async (): Promise<string> => (await dashd.status()).services[service].state;
    const named = await until(
      "status names it",
      async () => (await stateOf()) !== "up" && performance.now() - illAtMs,
      {
        deadlineMs: 3_000 + graceMs,
      },
    );
    const { state, services } = await dashd.status();
    const reason = services[service].reason;
    const ill = await visitsOf(users, lastsMs);
    const recoversAtMs = performance.now();
    await recover();
    const back = await until(
      "all is well again",
      async () => {
        await pause(100);
        const recent = users.take();
        const fine = recent.length > 0 && recent.every(({ status }) => status === 200);
        return fine && (await stateOf()) === "up" && performance.now() - recoversAtMs;
      },
      { deadlineMs: 5_000 + graceMs },
    );

    const isPlain = ({ path }: Visit): boolean => path === paths[0];
    const plain = [well.filter(isPlain), ill.filter(isPlain)] as const;
    const [fast, meanwhile] = plain.map((visits) => quantileMs(visits, 0.5)) as [number, number];
    const others = ill.filter((visit) => !isPlain(visit));
    const refused = others.filter(({ status }) => status === 503);
    t.diagnostic(
      `${service}: named after ${Math.round(named)} ms (${reason?.code} ${String(reason?.facts["fault"] ?? "")}), well ${Math.round(back)} ms after its recovery; ` +
        `plain pages ${fast.toFixed(0)} → ${meanwhile.toFixed(0)} ms (p95 ${plain.map((visits) => quantileMs(visits, 0.95).toFixed(0)).join(" → ")}, ${plain[1].length} of them); ` +
        `${refused.length} of ${others.length} others told 503, p95 ${quantileMs(refused, 0.95).toFixed(0)} ms, longest ${quantileMs(others, 1).toFixed(0)} ms`,
    );
    assert.deepEqual(await pidsOf(dashd), before, "no worker was restarted");
    assert.equal(state, "degraded");
    assert.notEqual(reason, null, "status says why");
    assert.ok(plain[1].length > 0 && plain[1].every(({ status }) => status === 200), "pages without it are answered");
    assert.ok(meanwhile <= fast * 2 + 20, `and as fast as before: ${fast} → ${meanwhile} ms`);
    assert.ok(others.length > 0);
    for (const { status, body, tookMs } of others) {
      assert.ok(status === 200 || (status === 503 && saysWhy(body)), `${status} ${body}`);
      assert.ok(tookMs <= deadlineMs + graceMs, `answered after ${tookMs} ms`);
    }
    assert.equal(refused.length > 0, sickness.refuses ?? true);
  } finally {
    await users.stop();
  }
};

export interface Sickness {
  readonly service: ServiceName;
  /** The first needs no service, the others all need this one. */
  readonly paths: readonly string[];
  readonly fallIll: () => void | Promise<void>;
  readonly recover: () => void | Promise<void>;
  /** How long it stays sick once status has named it. */
  readonly lastsMs: number;
  /** The longest that a page may wait for it. */
  readonly deadlineMs: number;
  /** Whether some pages are to be told 503; true unless said. */
  readonly refuses?: boolean;
}

const visitsOf = async (users: { take(): readonly Visit[] }, forMs: number): Promise<readonly Visit[]> => {
  users.take();
  await pause(forMs);
  return users.take();
};

const saysWhy = (body: string): boolean => {
  const { error } = JSON.parse(body) as { error?: { code?: string; message?: string } };
  return typeof error?.code === "string" && (error.message ?? "").length > 10;
};

/** Load goes on for a stated time: there is no event to wait for. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const graceMs = 4_000;

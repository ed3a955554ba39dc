import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MainThread } from "../../../lib/host/main-thread.ts";
import { createHangWatch } from "../../../lib/master/hang-watch.ts";
import { advance, bornWorker, type WorkerRecord } from "../../../lib/master/worker-record.ts";
import { workerLimits } from "../../../lib/profile/limits.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";

const profile = { ...stageOf(await loadLadder(builtInProfilesDir()), 1), hang: { killAfterSec: 2 } };

/** Ready, with its last word at this time. */
const readyAt = (heardAtMs: number): WorkerRecord =>
  advance(
    bornWorker({ id: 1, pid: 4_000, slot: 1, generation: 1 }, 0),
    { type: "ready", effective: workerLimits(profile, 1), secure: false, http2: false },
    heardAtMs,
  );

/** Looks ten times a second at a thread that burns all the CPU there is. */
const setUp = () => {
  let nowMs = 0;
  let looks = 0;
  const burning = (): MainThread => {
    looks++;
    return { stopped: false, cpuMs: nowMs };
  };
  const watch = createHangWatch(burning);
  const hungAt = (record: WorkerRecord, untilMs: number): number | null => {
    for (; nowMs <= untilMs; nowMs += 100) if (watch.look([record], nowMs).length > 0) return nowMs;
    return null;
  };
  return { hungAt, looks: () => looks, sleep: (ms: number) => void (nowMs += ms) };
};

describe("the watch for workers that hang", () => {
  it("tells of one that has been silent and busy for its limit", () => {
    const { hungAt } = setUp();
    const at = hungAt(readyAt(0), 10_000) ?? 0;
    assert.ok(at >= 2_000 && at <= 2_500, String(at));
  });

  it("looks at nobody who sends beats", () => {
    const { hungAt, looks } = setUp();
    for (let second = 0; second < 10; second++)
      assert.equal(hungAt(readyAt(second * 1_000), second * 1_000 + 900), null);
    assert.equal(looks(), 0);
  });

  it("begins anew after it has slept itself: what was said meanwhile is not read yet", () => {
    const { hungAt, sleep } = setUp();
    assert.equal(hungAt(readyAt(0), 1_500), null);
    sleep(60_000);
    const at = hungAt(readyAt(0), 70_000) ?? 0;
    assert.ok(at >= 63_500, String(at));
  });

  it("leaves alone who boots", () => {
    const { hungAt } = setUp();
    assert.equal(hungAt(bornWorker({ id: 1, pid: 4_000, slot: 1, generation: 1 }, 0), 10_000), null);
  });
});

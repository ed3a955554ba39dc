import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import type { JournalEntry } from "../../../lib/home/journal-entries.ts";
import type { FaultDependencies } from "../../../lib/master/drill-faults.ts";
import { createDrills } from "../../../lib/master/drills.ts";
import { advance, bornWorker, deathOf, type WorkerRecord } from "../../../lib/master/worker-record.ts";
import type { DrillName, DrillRequest } from "../../../lib/protocol/drill.ts";
import type { Beat, EffectiveLimits } from "../../../lib/protocol/worker-messages.ts";

const request = (drill: DrillName, more: Partial<DrillRequest> = {}): DrillRequest => {
  return { drill, by: "anna", reason: null, slot: null, seconds: 5, ...more };
};

interface SetUp {
  readonly redis?: boolean;
  readonly context?: boolean;
  readonly hangKillAfterMs?: number | null;
  readonly disk?: boolean;
}

/** One ready worker in slot 2 that is told to, a clock that the test sets, and timers that it calls. */
const setUp = ({ redis = true, context = true, hangKillAfterMs = 4_000, disk = true }: SetUp = {}) => {
  let nowMs = 1_000;
  let holder: string | null = null;
  const done: string[] = [];
  const journal: JournalEntry[] = [];
  const timers = new Set<{ readonly atMs: number; readonly due: () => void }>();
  const effective = { hangKillAfterMs } as EffectiveLimits;
  const beat = { redis: context ? { inFlight: 0, errors: 0, fault: null } : null, postgres: null } as Beat;
  const born = bornWorker({ id: 7, pid: 107, slot: 2, generation: 1 }, 0);
  const ready = advance(born, { type: "ready", effective, secure: false, http2: false }, 500);
  let record: WorkerRecord = advance(ready, { type: "beat", beat }, 900);
  const dependencies = {
    supervisor: {
      records: () => [record],
      strike: (id: number, how: string, forMs: number) => void done.push(`${how} ${id} ${forMs}`),
      tellOfDrill: (fault: string, forMs: number) => void done.push(`${fault} ${forMs}`),
    },
    door: { connectionsOf: () => 3 },
    watch: {
      readings: () => ({ redis: redis ? {} : null, postgres: null, upstream: null }),
      pretend: (name: string, sickness: { readonly state: string } | null) =>
        void done.push(`${name} ${sickness?.state ?? "as found"}`),
    },
    generation: () => ({ id: 1, profile: { bootTimeoutSec: 30 } }),
    now: () => nowMs,
  } as unknown as FaultDependencies;
  const drills = createDrills({
    ...dependencies,
    reserve: ({ what, by }) => {
      if (holder !== null) throw new DashdError("E_BUSY", { what: holder });
      holder = `${what} of ${by}`;
      return () => (holder = null);
    },
    append: (entry) => {
      if (!disk) return Promise.reject(new DashdError("E_JOURNAL"));
      journal.push(entry);
      return Promise.resolve();
    },
    log: { info: () => undefined, warn: () => undefined, error: ({ code }) => void done.push(code) },
    wallClock: () => new Date(0),
    after: (ms, due) => {
      const timer = { atMs: nowMs + ms, due };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  return {
    ...{ drills, done, journal, timers },
    holder: () => holder,
    heard: (atMs: number) => (record = { ...record, heardAtMs: atMs }),
    goOnTo: (atMs: number) => {
      nowMs = atMs;
      for (const timer of timers) {
        if (timer.atMs > atMs) continue;
        timers.delete(timer);
        timer.due();
      }
    },
  };
};

const begin = async (set: ReturnType<typeof setUp>, wanted: DrillRequest) => set.drills.begin(wanted);
const isError = (code: string) => (error: unknown) => error instanceof DashdError && error.code === code;

describe("a drill", () => {
  test("keeps changes and other drills out until its outcome is told, and is written down", async () => {
    const set = setUp();
    const { begun, over } = await begin(set, request("kill", { slot: 2, reason: "friday" }));
    assert.deepEqual(begun.worker, { slot: 2, pid: 107, connections: 3 });
    assert.deepEqual(set.done, ["kill 7 0"]);
    assert.equal(set.holder(), "drill of anna");
    assert.deepEqual(set.drills.warnings()[0]?.facts, { drill: "kill", by: "anna", since: "1970-01-01T00:00:00.000Z" });
    await assert.rejects(begin(set, request("burst")), isError("E_BUSY"));
    set.goOnTo(3_000);
    await set.drills.end({ id: begun.id, outcome: "held", figures: { lost: 1 } });
    assert.equal(await over, "ended");
    assert.equal(set.holder(), null);
    assert.equal(set.timers.size, 0);
    assert.deepEqual(set.drills.warnings(), []);
    assert.deepEqual(set.journal, [
      {
        ...{ type: "drill", drill: "kill", outcome: "held", at: "1970-01-01T00:00:00.000Z", by: "anna" },
        ...{ reason: "friday", tookMs: 2_000, figures: { lost: 1 } },
      },
    ]);
  });

  test("ends its fault when it is told to, once, and tells who is born meanwhile for how long it lasts", async () => {
    const set = setUp();
    const { begun } = await begin(set, request("redis-down"));
    assert.equal(begun.endsWithinMs, 10_000);
    set.goOnTo(4_000);
    assert.deepEqual(set.drills.told(), { type: "drill", fault: "redis-down", forMs: 7_000 });
    set.drills.restore(begun.id);
    set.drills.restore(begun.id);
    assert.deepEqual(set.done, ["redis down", "redis-down 10000", "redis as found", "redis-down 0"]);
    assert.equal(set.drills.told(), null);
    assert.equal(set.holder(), "drill of anna", "what comes after it is looked at in peace");
  });

  test("ends its fault at the deadline and itself at a later one, though nobody comes back", async () => {
    const set = setUp();
    const { begun, over } = await begin(set, request("redis-down"));
    set.goOnTo(10_999);
    assert.equal(set.done.length, 2);
    set.goOnTo(11_000);
    assert.deepEqual(set.done.slice(2), ["redis as found", "redis-down 0"]);
    assert.equal(set.holder(), "drill of anna");
    set.goOnTo(51_000);
    assert.equal(await over, "deadline");
    assert.equal(set.holder(), null);
    assert.throws(() => set.drills.restore(begun.id), isError("E_DRILL_OVER"));
    await assert.rejects(set.drills.end({ id: begun.id, outcome: "held", figures: {} }), isError("E_DRILL_OVER"));
    assert.deepEqual(
      set.journal.map((entry) => entry.type === "drill" && [entry.outcome, entry.figures]),
      [["abandoned", { because: "deadline" }]],
    );
  });

  test("ends at once with whoever began it, and with the instance; never a later one with an earlier", async () => {
    const set = setUp();
    const first = await begin(set, request("redis-down"));
    first.leave();
    assert.equal(await first.over, "left");
    assert.equal(set.holder(), null);
    const second = await begin(set, request("redis-down"));
    first.leave();
    assert.equal(set.holder(), "drill of anna");
    await set.drills.close();
    assert.equal(await second.over, "stopped");
    await set.drills.close();
    assert.equal(set.journal.length, 2);
  });

  test("does not keep changes out because the disk is full; who told the outcome hears of it", async () => {
    const set = setUp({ disk: false });
    const { begun } = await begin(set, request("kill", { slot: 2 }));
    await assert.rejects(set.drills.end({ id: begun.id, outcome: "held", figures: {} }), isError("E_JOURNAL"));
    assert.equal(set.holder(), null);
    (await begin(set, request("burst"))).leave();
    await new Promise(setImmediate);
    assert.deepEqual([set.holder(), set.done.at(-1)], [null, "E_JOURNAL"]);
  });
});

describe("a fault that cannot be", () => {
  const cases: readonly (readonly [string, Parameters<typeof setUp>[0], DrillRequest, string])[] = [
    ["no worker in that slot", {}, request("kill", { slot: 3 }), "no-worker"],
    ["no slot", {}, request("hang"), "no-worker"],
    ["nobody sees a hang", { hangKillAfterMs: null }, request("hang", { slot: 2 }), "hang-unseen"],
    ["no Redis", { redis: false }, request("redis-down"), "no-redis"],
    ["no PostgreSQL", {}, request("postgres-slow"), "no-postgres"],
    ["an app without a context", { context: false }, request("redis-down"), "no-context"],
  ];
  for (const [why, options, wanted, because] of cases) {
    test(`is refused, and nobody is kept out: ${why}`, async () => {
      const set = setUp(options);
      await assert.rejects(begin(set, wanted), (error: unknown) => {
        return isError("E_DRILL_UNFIT")(error) && error instanceof DashdError && error.facts["because"] === because;
      });
      assert.deepEqual([set.holder(), set.done, set.timers.size], [null, [], 0]);
    });
  }
});

describe("a hang", () => {
  test("that is called off kills the worker that hears nothing, and not one that has spoken since", async () => {
    const blocked = setUp();
    const hung = await begin(blocked, request("hang", { slot: 2 }));
    assert.equal(hung.begun.endsWithinMs, 38_000);
    blocked.drills.restore(hung.begun.id);
    assert.deepEqual(blocked.done, ["hang 7 38000", "kill 7 0"]);
    const back = setUp();
    const over = await begin(back, request("hang", { slot: 2 }));
    back.heard(1_500);
    back.drills.restore(over.begun.id);
    assert.deepEqual(back.done, ["hang 7 38000"]);
  });

  test("on purpose, like a kill on purpose, does not count against the slot", () => {
    const born = bornWorker({ id: 7, pid: 107, slot: 2, generation: 1 }, 0);
    const hung = (record: WorkerRecord): WorkerRecord => {
      const effective = { hangKillAfterMs: 1 } as EffectiveLimits;
      const ready = advance(record, { type: "ready", effective, secure: false, http2: false }, 1);
      return advance(ready, { type: "hung" }, 2);
    };
    const own = advance(born, { type: "drilled", drill: "hang" }, 0);
    assert.equal(deathOf(hung(own), "SIGKILL", 3).cause, "killed");
    assert.equal(deathOf(hung(born), "SIGKILL", 3).cause, "crashed");
  });
});

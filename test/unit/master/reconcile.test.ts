import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Action, type DesiredGeneration, reconcile } from "../../../lib/master/reconcile.ts";
import { newSlot } from "../../../lib/master/restart-policy.ts";
import { advance, bornWorker, type WorkerEvent, type WorkerRecord } from "../../../lib/master/worker-record.ts";

const generation = (id: number, want: "up" | "retire" = "up", workers = 2): DesiredGeneration => ({
  id,
  want,
  workers,
  revives: true,
  bootTimeoutMs: 1_000,
  drainTimeoutMs: 5_000,
});

const effective = {
  requestsPerWorker: 1,
  queueMax: 1,
  connections: 1,
  waitTimeoutMs: 1,
  idleTimeoutMs: 1,
  requestTimeoutMs: 1,
  stopTimeoutMs: 1,
  hangKillAfterMs: 1,
  postgresConnections: null,
};
const ready: WorkerEvent = { type: "ready", effective, secure: false, http2: false };

const worker = (id: number, slot: number, ofGeneration: number, ...events: readonly WorkerEvent[]): WorkerRecord =>
  events.reduce(
    (record, event) => advance(record, event, 0),
    bornWorker({ id, pid: id, slot, generation: ofGeneration }, 0),
  );

const what = (actions: readonly Action[]): readonly string[] =>
  actions.map((action) =>
    action.type === "fork" ? `fork ${action.generation}/${action.slot}` : `${action.type} ${action.workerId}`,
  );

describe("reconcile", () => {
  it("forks every empty slot of a wanted generation, and says why", () => {
    const { actions } = reconcile([generation(1)], [worker(1, 1, 1, ready)], () => undefined, 0);
    assert.deepEqual(what(actions), ["fork 1/2"]);
    assert.ok(actions.every(({ because }) => because.length > 0));
  });

  it("does nothing when everything is as desired", () => {
    const records = [worker(1, 1, 1, ready), worker(2, 2, 1, ready)];
    assert.deepEqual(
      reconcile([generation(1)], records, () => undefined, 0),
      { actions: [], nextAtMs: null },
    );
  });

  it("leaves an empty slot empty after a death where nothing is revived", () => {
    const once = { ...newSlot, restarts: 1 };
    const unrevived = { ...generation(1, "up", 1), revives: false };
    assert.equal(reconcile([unrevived], [], () => undefined, 100).actions.length, 1, "the first one is no revival");
    assert.deepEqual(reconcile([unrevived], [], () => once, 100).actions, []);
  });

  it("waits for the back-off of a slot and says when to look again", () => {
    const history = { ...newSlot, notBeforeMs: 700 };
    const found = reconcile([generation(1, "up", 1)], [], () => history, 600);
    assert.deepEqual(found, { actions: [], nextAtMs: 700 });
    assert.deepEqual(what(reconcile([generation(1, "up", 1)], [], () => history, 700).actions), ["fork 1/1"]);
  });

  it("drains what serves and kills what boots in a retiring generation, and forks nothing for it", () => {
    const records = [worker(1, 1, 1, ready), worker(2, 2, 1)];
    assert.deepEqual(what(reconcile([generation(1, "retire")], records, () => undefined, 0).actions), [
      "drain 1",
      "kill 2",
    ]);
  });

  it("kills the workers of a generation that nobody wants", () => {
    assert.deepEqual(what(reconcile([], [worker(1, 1, 9, ready)], () => undefined, 0).actions), ["kill 1"]);
  });

  it("ends a worker that is not ready in time, or still draining at its deadline", () => {
    const booting = worker(1, 1, 1);
    assert.equal(reconcile([generation(1, "up", 1)], [booting], () => undefined, 999).nextAtMs, 1_000);
    assert.deepEqual(what(reconcile([generation(1, "up", 1)], [booting], () => undefined, 1_000).actions), [
      "time-out-boot 1",
    ]);
    const draining = worker(2, 1, 1, ready, { type: "asked-to-drain" });
    assert.deepEqual(what(reconcile([generation(1, "retire", 1)], [draining], () => undefined, 5_000).actions), [
      "kill 2",
    ]);
  });

  it("forks beside a worker that hangs, and kills it once its replacement is ready, or at the boot time-out", () => {
    const hung = worker(1, 1, 1, ready, { type: "hung" });
    const alone = reconcile([generation(1, "up", 1)], [hung], () => undefined, 0);
    assert.deepEqual([what(alone.actions), alone.nextAtMs], [["fork 1/1"], 1_000]);
    assert.deepEqual(
      what(reconcile([generation(1, "up", 1)], [hung, worker(2, 1, 1)], () => undefined, 0).actions),
      [],
    );
    const unseen = reconcile([generation(1, "up", 1)], [hung, worker(2, 1, 1, ready)], () => undefined, 0);
    assert.deepEqual([what(unseen.actions), unseen.nextAtMs], [[], 1_000], "its black box has a second");
    const replaced = [advance(hung, { type: "pictured" }, 0), worker(2, 1, 1, ready)];
    assert.deepEqual(what(reconcile([generation(1, "up", 1)], replaced, () => undefined, 0).actions), ["kill 1"]);
    const late = reconcile([generation(1, "up", 1)], [hung, worker(2, 1, 1)], () => undefined, 1_000);
    assert.ok(what(late.actions).includes("kill 1"));
  });

  it("lets a worker that hung and speaks again finish what it has", () => {
    const back = { ...worker(1, 1, 1, ready, { type: "hung" }), heardAtMs: 5 };
    const records = [back, worker(2, 1, 1)];
    assert.deepEqual(what(reconcile([generation(1, "up", 1)], records, () => undefined, 6).actions), ["drain 1"]);
  });

  it("kills one that hangs at once where nobody waits for its replacement: in a drain, or a retiring generation", () => {
    const draining = worker(1, 1, 1, ready, { type: "asked-to-drain" }, { type: "hung" }, { type: "pictured" });
    const serving = worker(2, 2, 1, ready, { type: "hung" }, { type: "pictured" });
    const { actions } = reconcile([generation(1, "retire")], [draining, serving], () => undefined, 0);
    assert.deepEqual(what(actions), ["kill 1", "kill 2"]);
  });

  it("keeps the old generation whole while a new one comes up beside it", () => {
    const records = [worker(1, 1, 1, ready), worker(2, 2, 1, ready), worker(3, 1, 2, ready)];
    assert.deepEqual(what(reconcile([generation(1), generation(2)], records, () => undefined, 0).actions), [
      "fork 2/2",
    ]);
  });
});

describe("a worker's record", () => {
  it("is not brought back by late words of a worker that drains or was killed", () => {
    assert.equal(worker(1, 1, 1, { type: "asked-to-die" }, ready).state, "killed");
    assert.equal(worker(1, 1, 1, ready, { type: "asked-to-drain" }, ready).state, "draining");
  });

  it("keeps the first slots where fewer workers are wanted, and drains the others", () => {
    const records = [worker(1, 1, 1, ready), worker(2, 2, 1, ready), worker(3, 3, 1)];
    const { actions } = reconcile([generation(1, "up", 1)], records, () => undefined, 0);
    assert.deepEqual(what(actions), ["drain 2", "kill 3"]);
  });

  it("brings up a new worker beside one that has done its time, and drains that one once the new one is ready", () => {
    const old = worker(1, 1, 1, ready, { type: "outgoing" });
    const at = (...others: readonly WorkerRecord[]): readonly string[] =>
      what(reconcile([generation(1, "up", 1)], [old, ...others], () => undefined, 0).actions);
    assert.deepEqual(at(), ["fork 1/1"]);
    assert.deepEqual(at(worker(2, 1, 1)), [], "not before it is ready");
    assert.deepEqual(at(worker(2, 1, 1, ready)), ["drain 1"]);
  });
});

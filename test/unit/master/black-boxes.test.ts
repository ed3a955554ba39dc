import assert from "node:assert/strict";
import { test } from "node:test";
import { createBlackBoxes } from "../../../lib/master/black-boxes.ts";
import {
  advance,
  bornWorker,
  type WorkerEnd,
  type WorkerEvent,
  type WorkerRecord,
} from "../../../lib/master/worker-record.ts";
import type { BlackBox, Picture, RequestInFlight } from "../../../lib/protocol/black-box.ts";
import type { Beat } from "../../../lib/protocol/worker-messages.ts";

const request = (path: string, ageMs: number): RequestInFlight => ({ method: "GET", path, ageMs });

const beat = (...requests: readonly RequestInFlight[]): Beat => ({
  ...{
    connections: 1,
    inFlight: requests.length,
    queued: 2,
    requests,
    more: 0,
    served: 0,
    users: [],
    answers: 0,
    errors: 0,
  },
  ...{
    timedOut: 0,
    shed: 0,
    refused: 0,
    responseMs: [],
    waitMs: [],
    cpuMs: 0,
    spanMs: 1_000,
    rssBytes: 50,
    heapUsedBytes: 20,
  },
  ...{
    heapLimitBytes: 100,
    loopDelayP99Ms: null,
    utilization: 0,
    postgres: null,
    redis: null,
    responseCache: null,
    overdue: [],
    effective: null,
  },
});
const picture = (asked: boolean, ...requests: readonly RequestInFlight[]): Picture => ({
  ...{ asked, stack: null, requests, more: 0, rssBytes: 70, heapUsedBytes: null, heapLimitBytes: 100 },
});
const effective = {
  ...{ requestsPerWorker: 1, queueMax: 1, connections: 1, waitTimeoutMs: 1, idleTimeoutMs: 1, requestTimeoutMs: 1 },
  ...{ stopTimeoutMs: 1, hangKillAfterMs: 1, postgresConnections: null },
};
const ready: WorkerEvent = { type: "ready", effective, secure: false, http2: false };
const killed = { code: null, signal: "SIGKILL" };

/** A clock that the test sets, and a disk in memory. */
const setUp = () => {
  let nowMs = 0;
  let ids = 0;
  const disk = new Map<number, BlackBox>();
  const boxes = createBlackBoxes({
    store: { nextId: () => ++ids, write: (box) => void disk.set(box.id, box) },
    oomWatch: { lately: () => 0 },
    rssBytesOf: () => 60,
    nowMs: () => nowMs,
    wallClock: () => new Date(0),
  });
  const worker = (id: number, ...events: readonly WorkerEvent[]): WorkerRecord =>
    events.reduce(
      (record, event) => advance(record, event, nowMs),
      bornWorker({ id, pid: 100 + id, slot: 1, generation: 1 }, nowMs),
    );
  const end = (record: WorkerRecord, how: WorkerEnd = killed, inARow = 1) =>
    boxes.ended(record, how, { stage: 1, inARow, output: undefined });
  return { boxes, disk, worker, end, at: (ms: number) => (nowMs = ms) };
};

test("who took the slot of a dead worker is written into its box once it is ready, with the time that took", () => {
  const { boxes, disk, worker, end, at } = setUp();
  at(1_000);
  end(worker(1, ready));
  assert.equal(disk.get(1)?.followed, null);
  at(1_400);
  boxes.ready(worker(2, ready));
  boxes.ready(worker(3, ready));
  assert.deepEqual(disk.get(1)?.followed, { pid: 102, afterMs: 400 });
});

test("the replacement of one that hangs is there before its end, and its time counts from when the hang was seen", () => {
  const { boxes, disk, worker, end, at } = setUp();
  at(1_000);
  const hung = worker(1, ready, { type: "hung" });
  boxes.hung(hung, { because: "because.hung-loop", usedMs: 15_000.4 });
  at(1_500);
  boxes.ready(worker(2, ready));
  at(1_700);
  boxes.killing(hung, "because.hung");
  assert.equal(end(hung), "hung-loop");
  assert.deepEqual(disk.get(1)?.followed, { pid: 102, afterMs: 500 });
  assert.deepEqual(disk.get(1)?.hang, { because: "because.hung-loop", usedMs: 15_000 });
});

test("a sudden death is known as of the last beat, and says how long before that was", () => {
  const { disk, worker, end, at } = setUp();
  at(1_000);
  const record = worker(1, ready, { type: "beat", beat: beat(request("/a", 300)) });
  at(1_800);
  end(record);
  const { inFlight, memory } = disk.get(1) ?? {};
  assert.deepEqual(inFlight, { asOf: "beat", beforeMs: 800, requests: [request("/a", 1_100)], more: 0, queued: 2 });
  assert.deepEqual(memory, { rssBytes: 50, heapUsedBytes: 20, heapLimitBytes: 100 });
});

test("one that died blocked is known as of its last turn, unless a beat came after that", () => {
  const { boxes, disk, worker, end, at } = setUp();
  const told = worker(1, ready, { type: "beat", beat: beat() });
  at(2_000);
  boxes.pictured(told, picture(false, request("/eats", 1_500)));
  at(3_000);
  end(told);
  assert.deepEqual(disk.get(1)?.inFlight.asOf, "blocked");
  assert.deepEqual(disk.get(1)?.inFlight.requests, [request("/eats", 2_500)]);
  const again = worker(2, ready);
  boxes.pictured(again, picture(false, request("/slow", 1_500)));
  at(3_500);
  end(advance(again, { type: "beat", beat: beat() }, 3_500));
  assert.deepEqual([disk.get(2)?.inFlight.asOf, disk.get(2)?.inFlight.requests], ["beat", []]);
});

test("last words are the best there is: what was thrown, and what was in flight then", () => {
  const { boxes, disk, worker, end } = setUp();
  const record = worker(1, ready, { type: "beat", beat: beat() });
  const error = { message: "boom", place: "/a.js:1:1", stack: "Error: boom" };
  const memory = { rssBytes: 1, heapUsedBytes: 2, heapLimitBytes: 3 };
  boxes.dying(record, { kind: "exception", error, requests: [request("/b", 5)], more: 1, ...memory });
  assert.equal(end(record, { code: 1, signal: null }), "exception");
  const box = disk.get(1);
  assert.deepEqual([box?.error, box?.memory, box?.inFlight.asOf, box?.inFlight.more], [error, memory, "end", 1]);
});

test("a slot that fails to start again and again in the same way has one box, and another way has another", () => {
  const { disk, worker, end } = setUp();
  const failing = (id: number, message: string): WorkerRecord =>
    worker(id, { type: "failed", failure: { reason: "threw", message, place: null, stack: null } });
  for (const id of [1, 2, 3]) end(failing(id, "boom"), { code: 1, signal: null }, id);
  assert.deepEqual(
    [...disk.values()].map(({ pid, inARow, cause }) => [pid, inARow, cause]),
    [[103, 3, "boot-failed"]],
  );
  end(failing(4, "bang"), { code: 1, signal: null });
  assert.equal(disk.size, 2);
});

test("an end that was asked for leaves none", () => {
  const { disk, worker, end } = setUp();
  assert.equal(end(worker(1, ready, { type: "asked-to-drain" }), { code: 0, signal: null }), null);
  assert.equal(disk.size, 0);
});

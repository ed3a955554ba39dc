import assert from "node:assert/strict";
import test from "node:test";
import { chooseToRecycle, type RecycleBounds } from "../../../lib/master/recycle.ts";
import { bornWorker, type WorkerRecord } from "../../../lib/master/worker-record.ts";
import type { Beat } from "../../../lib/protocol/worker-messages.ts";

const bounds = { maxRssMb: 200, maxRequests: 1_000, maxAgeSec: 60, jitter: 0 };
const mb = 1_048_576;

const worker = (slot: number, seen: Partial<Pick<Beat, "served" | "rssBytes">> = {}): WorkerRecord => ({
  ...bornWorker({ id: slot, pid: 100 + slot, slot, generation: 1 }, 0),
  state: "ready",
  beat: {
    ...{ requests: [], more: 0, heapUsedBytes: 0, heapLimitBytes: 0 },
    ...{ connections: 0, inFlight: 0, queued: 0, answers: 0, errors: 0, timedOut: 0, shed: 0, refused: 0 },
    ...{
      responseMs: [],
      waitMs: [],
      loopDelayP99Ms: null,
      utilization: 0,
      postgres: null,
      redis: null,
      responseCache: null,
      overdue: [],
      effective: null,
    },
    ...{ served: 0, users: [], cpuMs: 0, spanMs: 1_000, rssBytes: 80 * mb, ...seen },
  },
});
const chosen = (records: readonly WorkerRecord[], atSec = 1, with_: RecycleBounds = bounds) =>
  chooseToRecycle(with_, { records, workers: records.length }, atSec * 1_000);

test("nobody goes before a bound is reached, and nobody ever where recycling is off", () => {
  assert.equal(chosen([worker(1, { served: 999, rssBytes: 199 * mb }), worker(2)], 59), null);
  assert.equal(chosen([worker(1, { served: 5_000 })], 900, "off"), null);
});

test("each bound is enough, at its edge, and is named with what was found", () => {
  const second = (seen: Partial<Beat>) => chosen([worker(1), worker(2, seen)]);
  assert.deepEqual(second({ rssBytes: 200 * mb }), { workerId: 2, because: "because.recycle-memory", found: 200 });
  assert.deepEqual(second({ served: 1_000 }), { workerId: 2, because: "because.recycle-requests", found: 1_000 });
  assert.deepEqual(chosen([worker(1)], 60), { workerId: 1, because: "because.recycle-age", found: 60 });
});

test("one at a time: nobody while a worker is missing, boots, or is on its way out", () => {
  const due = worker(1, { served: 2_000 });
  assert.equal(chooseToRecycle(bounds, { records: [due], workers: 2 }, 0), null);
  assert.equal(chosen([due, { ...worker(2), state: "booting" }]), null);
  assert.equal(
    chosen([
      { ...due, outgoing: true },
      { ...worker(1), id: 3, state: "booting" },
    ]),
    null,
  );
});

test("workers born together have bounds of their own, lower by up to the jitter", () => {
  const ages = Array.from({ length: 16 }, (_, index) => {
    for (let sec = 1; sec <= 60; sec++) {
      if (chosen([worker(index + 1)], sec, { ...bounds, jitter: 0.5 }) !== null) return sec;
    }
    return 61;
  });
  assert.ok(
    ages.every((age) => age >= 30 && age <= 60),
    String(ages),
  );
  assert.ok(new Set(ages).size > 8, String(ages));
});

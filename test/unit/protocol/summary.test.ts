import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot, WorkerRow } from "../../../lib/protocol/snapshot.ts";
import { summaryOf } from "../../../lib/protocol/summary.ts";
import { snapshot } from "../control/canned.ts";

const worker = (slot: number, generation: number, state: WorkerRow["state"]): WorkerRow =>
  ({ slot, generation, state }) as WorkerRow;

const readyOf = (workers: readonly WorkerRow[]): unknown => {
  const limits = [{ name: "workers", declared: 2 }] as unknown as Snapshot["limits"];
  const { ready, workers: wanted } = summaryOf(snapshot({ limits, workers })).facts;
  return `${String(ready)}/${String(wanted)}`;
};

test("the summary counts slots that are served: one that has two workers once, those that only another stage has not", () => {
  assert.equal(readyOf([worker(1, 1, "ready"), worker(2, 1, "late")]), "2/2");
  assert.equal(readyOf([worker(1, 1, "ready"), worker(2, 1, "booting")]), "1/2");
  assert.equal(readyOf([worker(1, 1, "ready"), worker(1, 1, "draining"), worker(2, 1, "hung")]), "1/2");
  const twoStages = [1, 2].map((slot) => worker(slot, 1, "ready"));
  const next = [1, 2, 3, 4].map((slot) => worker(slot, 2, "ready"));
  assert.equal(readyOf([...twoStages, ...next]), "2/2");
  assert.equal(readyOf([worker(1, 2, "ready"), worker(2, 1, "ready"), worker(1, 1, "draining")]), "2/2", "it rolls");
});

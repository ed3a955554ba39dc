import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Candidate, chooseWorker } from "../../../lib/master/choose-worker.ts";

const worker = (id: number, more: Partial<Candidate> = {}): Candidate => ({
  id,
  connections: 0,
  given: 0,
  handingOver: false,
  lateMs: 0,
  ...more,
});

describe("the worker for the next connection", () => {
  it("is the one with the fewest connections, and among equals the one that was given fewer", () => {
    assert.equal(chooseWorker([worker(1, { connections: 3 }), worker(2, { connections: 2 })])?.id, 2);
    assert.equal(chooseWorker([worker(1, { given: 9 }), worker(2, { given: 8 })])?.id, 2);
  });

  it("is never a late one while another is on time, even if that one is busy for a moment", () => {
    assert.equal(chooseWorker([worker(1, { lateMs: 1_000 }), worker(2, { connections: 50 })])?.id, 2);
    assert.equal(chooseWorker([worker(1, { lateMs: 1_000 }), worker(2, { handingOver: true })]), null);
  });

  it("is the least late where all are late", () => {
    assert.equal(chooseWorker([worker(1, { lateMs: 9_000 }), worker(2, { lateMs: 2_000, connections: 7 })])?.id, 2);
  });

  it("is nobody where nobody is", () => {
    assert.equal(chooseWorker([]), null);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Candidate, chooseTaker, chooseWorker } from "../../../lib/master/choose-worker.ts";

/** Where nobody is missing. */
const choose = (candidates: readonly Candidate[]): Candidate | null => chooseWorker(candidates, true);

const worker = (id: number, more: Partial<Candidate> = {}): Candidate => ({
  id,
  connections: 0,
  given: 0,
  handingOver: false,
  capacity: 100,
  lateMs: 0,
  calm: true,
  ...more,
});

describe("the worker for the next connection", () => {
  it("is the one with the fewest connections, and among equals the one that was given fewer", () => {
    assert.equal(choose([worker(1, { connections: 3 }), worker(2, { connections: 2 })])?.id, 2);
    assert.equal(choose([worker(1, { given: 9 }), worker(2, { given: 8 })])?.id, 2);
  });

  it("is never a late one while another is on time, even if that one is busy for a moment", () => {
    assert.equal(choose([worker(1, { lateMs: 1_000 }), worker(2, { connections: 50 })])?.id, 2);
    assert.equal(choose([worker(1, { lateMs: 1_000 }), worker(2, { handingOver: true })]), null);
  });

  it("is the least late where all are late", () => {
    assert.equal(choose([worker(1, { lateMs: 9_000 }), worker(2, { lateMs: 2_000, connections: 7 })])?.id, 2);
  });

  it("is never a full one while another has room, even if that one is busy for a moment", () => {
    assert.equal(choose([worker(1, { connections: 16, capacity: 16 }), worker(2, { connections: 20 })])?.id, 2);
    assert.equal(choose([worker(1, { connections: 16, capacity: 16 }), worker(2, { handingOver: true })]), null);
    const oneMore = worker(2, { connections: 16, capacity: 17, given: 99 });
    assert.equal(choose([worker(1, { connections: 16, capacity: 16 }), oneMore])?.id, 2);
  });

  it("is the one with the fewest where all are full, or the full one that is on time beside a late one", () => {
    const full = [worker(1, { connections: 9, capacity: 5 }), worker(2, { connections: 7, capacity: 5 })];
    assert.equal(choose(full)?.id, 2);
    assert.equal(choose([worker(1, { lateMs: 1_000 }), worker(2, { connections: 5, capacity: 5 })])?.id, 2);
  });

  it("is nobody while the only ones that are there are late or full and others are still to come", () => {
    assert.equal(chooseWorker([worker(1, { connections: 5, capacity: 5 })], false), null);
    assert.equal(chooseWorker([worker(1, { lateMs: 1_000 })], false), null);
    assert.equal(chooseWorker([worker(1, { connections: 4, capacity: 5 })], false)?.id, 1);
  });

  it("is nobody where nobody is", () => {
    assert.equal(choose([]), null);
  });
});

describe("the worker for a connection that was given back", () => {
  it("is the one with the fewest of the fit, waited for while it is busy for a moment", () => {
    const all = [worker(1, { connections: 2 }), worker(2, { connections: 1, handingOver: true }), worker(3)];
    assert.equal(chooseTaker(all, 9, true)?.id, 3);
    assert.equal(chooseTaker(all.slice(0, 2), 9, true), null);
  });

  it("is never the giver while another is fit, however few that has by now", () => {
    const all = [worker(1), worker(2, { connections: 7 }), worker(3, { calm: false })];
    assert.equal(chooseTaker(all, 1, true)?.id, 2);
  });

  it("may be the giver where nobody else is fit", () => {
    const all = [worker(1), worker(2, { connections: 7, capacity: 7 }), worker(3, { lateMs: 1_000 })];
    assert.equal(chooseTaker(all, 1, true)?.id, 1);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { rebalance, type Share } from "../../../lib/master/rebalance.ts";

const share = (id: number, connections: number, more: Partial<Share> = {}): Share => ({
  id,
  connections,
  busy: 0,
  capacity: 100,
  lateMs: 0,
  calm: true,
  spared: false,
  ...more,
});
const shares = (...connections: readonly number[]): readonly Share[] =>
  connections.map((count, index) => share(index + 1, count));
const told = (found: ReturnType<typeof rebalance>): readonly string[] =>
  found.map(({ from, count, because }) => `${from} gives ${count}: ${because}`);

/** What everybody has once all that is asked was given, each to the emptiest other that could take it. */
const afterwards = (before: readonly Share[]): readonly Share[] => {
  const after = before.map((one) => ({ ...one }));
  for (const { from, count } of rebalance(before)) {
    for (let n = 0; n < count; n++) {
      const [taker] = after
        .filter(
          ({ id, lateMs, calm, connections, capacity }) =>
            id !== from && lateMs === 0 && calm && connections < capacity,
        )
        .sort((a, b) => a.connections - b.connections);
      const giver = after.find(({ id }) => id === from);
      if (taker === undefined || giver === undefined) continue;
      giver.connections -= 1;
      taker.connections += 1;
    }
  }
  return after;
};

describe("who gives idle connections back", () => {
  it("is everyone above the mean when a new worker has none, and it has its share in one go", () => {
    const before = shares(15, 15, 14, 14, 14, 14, 14, 0);
    assert.deepEqual(
      told(rebalance(before)),
      [1, 2, 3, 4, 5].map((from) => `${from} gives ${from <= 2 ? 3 : 2}: because.uneven`),
    );
    assert.deepEqual(
      afterwards(before).map(({ connections }) => connections),
      [12, 12, 12, 12, 12, 14, 14, 12],
    );
  });

  it("is nobody where the difference is what ends of connections alone make", () => {
    assert.deepEqual(rebalance(shares(14, 13, 12, 11)), []);
    assert.deepEqual(rebalance(shares(2, 1, 1, 1, 0)), []);
    assert.deepEqual(rebalance(shares(43, 40, 35)), []);
    assert.deepEqual(rebalance([]), []);
  });

  it("is asked for idle connections only, and not at all while it owes an answer", () => {
    assert.deepEqual(told(rebalance([share(1, 10, { busy: 8 }), share(2, 0)])), ["1 gives 2: because.uneven"]);
    assert.deepEqual(rebalance([share(1, 10, { busy: 10 }), share(2, 0)]), []);
    assert.deepEqual(rebalance([share(1, 10, { spared: true }), share(2, 0)]), []);
  });

  it("is a late worker, with all it can give and the others have room for", () => {
    const all = [share(1, 10, { lateMs: 2_000, busy: 1 }), share(2, 10), share(3, 10)];
    assert.deepEqual(told(rebalance(all)), ["1 gives 9: because.late"]);
    assert.deepEqual(rebalance([share(1, 10, { lateMs: 1_000 }), share(2, 10), share(3, 10)]), [], "a busy moment");
    const narrow = [share(1, 10, { lateMs: 2_000 }), share(2, 10, { capacity: 12 }), share(3, 10, { capacity: 11 })];
    assert.deepEqual(told(rebalance(narrow)), ["1 gives 1: because.late"]);
  });

  it("is nobody for lateness where half are late: the host is busy", () => {
    const late = { lateMs: 2_000 };
    assert.deepEqual(rebalance([share(1, 10, late), share(2, 10, late), share(3, 10), share(4, 10)]), []);
    assert.deepEqual(rebalance([share(1, 10, late)]), []);
  });

  it("gives nothing to a worker that was late a moment ago, so that nothing goes to and fro", () => {
    assert.deepEqual(rebalance([share(1, 0, { calm: false }), share(2, 15), share(3, 15)]), []);
    assert.deepEqual(told(rebalance([share(1, 0), share(2, 15), share(3, 15)])), [
      "2 gives 5: because.uneven",
      "3 gives 5: because.uneven",
    ]);
  });

  it("is a full worker while another has room to spare", () => {
    const full = { capacity: 16 };
    assert.deepEqual(told(rebalance([share(1, 16, full), share(2, 14, full)])), ["1 gives 1: because.full"]);
    assert.deepEqual(rebalance([share(1, 16, full), share(2, 15, full)]), []);
    assert.deepEqual(rebalance([share(1, 18, full), share(2, 18, full)]), []);
  });

  it("never asks for more than is there, comes to rest, and leaves nobody full whom it filled", () => {
    const anyShare = fc.record({
      connections: fc.nat(60),
      busy: fc.nat(10),
      capacity: fc.constantFrom(20, 40, 100),
      lateMs: fc.constantFrom(0, 0, 0, 1_000, 2_000),
      calm: fc.boolean(),
      spared: fc.constant(false),
    });
    fc.assert(
      fc.property(fc.array(anyShare, { minLength: 1, maxLength: 16 }), (found) => {
        let now: readonly Share[] = found.map((one, index) => ({ ...one, id: index + 1 }));
        for (const { from, count } of rebalance(now)) {
          const giver = now.find(({ id }) => id === from);
          assert.ok(giver !== undefined && count >= 1 && count <= giver.connections - giver.busy);
        }
        for (let second = 0; second < 8; second++) now = afterwards(now);
        assert.deepEqual(rebalance(now), []);
      }),
      { numRuns: 500 },
    );
  });
});

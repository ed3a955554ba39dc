import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DashdError } from "../../../lib/errors.ts";
import { shareOut } from "../../../lib/profile/share.ts";

const budgets = fc.integer({ min: 0, max: 1_000_000 });
const workerCounts = fc.integer({ min: 1, max: 1024 });

test("a budget is shared out exactly, over any number of workers", () => {
  fc.assert(
    fc.property(budgets, workerCounts, (budget, workers) => {
      const shares = shareOut(budget, workers);
      assert.equal(shares.length, workers);
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        budget,
      );
    }),
  );
});

test("no two shares differ by more than 1, and the larger ones come first", () => {
  fc.assert(
    fc.property(budgets, workerCounts, (budget, workers) => {
      const shares = shareOut(budget, workers);
      assert.ok((shares[0] ?? 0) - (shares.at(-1) ?? 0) <= 1);
      assert.deepEqual(
        shares,
        shares.toSorted((a, b) => b - a),
      );
    }),
  );
});

test("no worker gets nothing while there is one for each", () => {
  fc.assert(
    fc.property(workerCounts, budgets, (workers, more) => {
      assert.ok(shareOut(workers + more, workers).every((share) => share > 0));
    }),
  );
});

test("20 connections over 8 workers are 3,3,3,3,2,2,2,2", () => {
  assert.deepEqual(shareOut(20, 8), [3, 3, 3, 3, 2, 2, 2, 2]);
});

test("what is no budget or no number of workers is refused", () => {
  for (const [budget, workers] of [
    [-1, 2],
    [1.5, 2],
    [1, 0],
    [Number.NaN, 1],
  ] as const) {
    assert.throws(() => shareOut(budget, workers), DashdError);
  }
});

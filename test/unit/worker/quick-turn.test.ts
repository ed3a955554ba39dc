import assert from "node:assert/strict";
import { test } from "node:test";
import { afterQuickTurn } from "../../../lib/worker/quick-turn.ts";

test("it runs behind the first turn in which nothing took long", () => {
  assert.equal(turnsUntilRun([0.1]), 1);
  assert.equal(turnsUntilRun([12, 0.1]), 2);
  assert.equal(turnsUntilRun([12, 7, 0.6, 0.5]), 4);
});

test("a loop that is never quick is not waited for", () => {
  assert.equal(turnsUntilRun(Array.from({ length: 1_000 }, () => 5)), 100);
});

test("on the loop itself it runs once", async () => {
  let runs = 0;
  await new Promise<void>((resolve) => afterQuickTurn(() => resolve(void (runs += 1))));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(runs, 1);
});

/** How many turns of these lengths pass before it runs. */
const turnsUntilRun = (turnsMs: readonly number[]): number => {
  let atMs = 1_000;
  let turns = 0;
  let next: (() => void) | null = null;
  let ran = false;
  const soon = (then: () => void): void => {
    next = then;
  };
  afterQuickTurn(() => (ran = true), { now: () => atMs, soon });
  while (!ran) {
    const then = next as (() => void) | null;
    next = null;
    atMs += turnsMs[turns++] ?? 0;
    assert.ok(then !== null, "it waits for another turn");
    then();
  }
  return turns;
};

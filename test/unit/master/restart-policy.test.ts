import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { afterDeath, type Death, newSlot, type SlotHistory } from "../../../lib/master/restart-policy.ts";

const crash = (atMs: number, readyForMs: number | null = null): Death => ({ atMs, readyForMs, cause: "crashed" });

/** Forks of a slot in so many milliseconds when every life ends in the same way. */
const forksWithin = (windowMs: number, death: (atMs: number) => Death, lifeMs: number): number => {
  let slot: SlotHistory = newSlot;
  let forks = 0;
  for (let nowMs = 0; nowMs < windowMs; nowMs = Math.max(nowMs + lifeMs, slot.notBeforeMs)) {
    forks += 1;
    slot = afterDeath(slot, death(nowMs + lifeMs));
  }
  return forks;
};

describe("the restart policy", () => {
  it("replaces a worker at once after its first crash", () => {
    assert.equal(afterDeath(newSlot, crash(1_000, 60_000)).notBeforeMs, 1_000);
  });

  for (const lifeMs of [1, 300, 2_000]) {
    it(`forks a slot that crashes after ${lifeMs} ms at most 10 times in 10 s, then at most twice a minute`, () => {
      const inTen = forksWithin(10_000, (atMs) => crash(atMs, lifeMs), lifeMs);
      assert.ok(inTen <= 10, `${inTen} forks`);
      const perMinute =
        (forksWithin(660_000, (atMs) => crash(atMs, lifeMs), lifeMs) -
          forksWithin(60_000, (atMs) => crash(atMs, lifeMs), lifeMs)) /
        10;
      assert.ok(perMinute <= 2, `${perMinute} forks a minute`);
    });
  }

  it("forgets the past of a slot whose worker proved healthy", () => {
    const sick: SlotHistory = { streak: 6, notBeforeMs: 0, restarts: 6 };
    assert.deepEqual(afterDeath(sick, crash(50_000, 40_000)), { streak: 1, notBeforeMs: 50_000, restarts: 7 });
  });

  it("does not hold a kill from outside against a worker that was ready", () => {
    let slot = newSlot;
    for (let kill = 1; kill <= 20; kill++) slot = afterDeath(slot, { atMs: kill, readyForMs: 5, cause: "killed" });
    assert.equal(slot.streak, 0);
    assert.ok(slot.notBeforeMs - 20 < 100);
    assert.equal(slot.restarts, 20);
  });

  it("counts nothing when we asked for the end", () => {
    assert.equal(afterDeath(newSlot, { atMs: 5, readyForMs: 5, cause: "asked" }).restarts, 0);
  });
});

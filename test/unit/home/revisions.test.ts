import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JournalEntry } from "../../../lib/home/journal-entries.ts";
import {
  find,
  inForce,
  nextRevision,
  originOf,
  pendingNext,
  rollbackTarget,
  unfinished,
} from "../../../lib/home/revisions.ts";
import { begin, committed, drilled, next, reverted } from "./entries.ts";

const rolledBackTo = (revision: number, rollbackOf: number | null) =>
  committed(revision, { kind: "rollback", rollbackOf });

test("a new home has nothing in force and nothing to go back to", () => {
  assert.equal(inForce([]), null);
  assert.equal(rollbackTarget([]), null);
  assert.equal(unfinished([]), null);
  assert.equal(nextRevision([]), 1);
});

test("the newest committed revision is in force, whatever was begun or reverted after it", () => {
  const entries = [committed(1), committed(2), begin("x"), reverted("x"), begin("y")];
  assert.equal(inForce(entries)?.revision, 2);
  assert.equal(find(entries, 1)?.revision, 1);
  assert.equal(find(entries, 3), null);
  assert.equal(nextRevision(entries), 3);
});

test("a second rollback goes further back, never forward again", () => {
  const history: JournalEntry[] = [committed(1), committed(2), committed(3)];
  assert.equal(rollbackTarget(history)?.revision, 2);
  history.push(rolledBackTo(4, 2));
  assert.equal(rollbackTarget(history)?.revision, 1);
  history.push(rolledBackTo(5, 1));
  assert.equal(rollbackTarget(history), null);
});

test("after new work a rollback returns to what was in force before it", () => {
  const history = [committed(1), committed(2), rolledBackTo(3, 1), committed(4, { kind: "reload" })];
  assert.equal(rollbackTarget(history)?.revision, 3);
  assert.equal(rollbackTarget([...history, rolledBackTo(5, 3)]), null);
});

test("a rollback to a lower stage that no revision had leaves nothing to go back to", () => {
  const history = [committed(1), rolledBackTo(2, null)];
  assert.equal(rollbackTarget(history), null);
  assert.equal(rollbackTarget([...history, committed(3)])?.revision, 2);
  assert.equal(rollbackTarget([...history, committed(3), rolledBackTo(4, 2)]), null);
});

test("what a rollback has set for the next start counts as the one in force, until a start is committed", () => {
  const history = [committed(1), committed(2), committed(3), next(2)];
  assert.equal(rollbackTarget(history)?.revision, 1);
  assert.equal(rollbackTarget([...history, next(1)]), null);
  assert.equal(rollbackTarget([...history, next(null)]), null);
  const pending = pendingNext([...history, next(1)]);
  assert.equal(pending?.revision, 1);
  assert.equal(pendingNext([...history, rolledBackTo(4, 2)]), null);
});

test("a change without an end is unfinished, one that was committed or reverted is not", () => {
  const begun = begin("c2");
  assert.deepEqual(unfinished([committed(1), begun]), begun);
  assert.equal(unfinished([committed(1), begun, committed(2)]), null);
  assert.equal(unfinished([committed(1), begun, reverted("c2")]), null);
  assert.deepEqual(unfinished([begin("c9"), begun]), begun);
});

/** A life of an instance: new work, rollbacks wherever they lead, rollbacks while it is down, starts. */
const histories = fc
  .array(fc.constantFrom("work", "rollback", "rollback while down", "begin", "revert"), { maxLength: 40 })
  .map((steps) => {
    const history: JournalEntry[] = [];
    for (const [index, step] of steps.entries()) {
      const target = rollbackTarget(history);
      if (step === "work") history.push(committed(nextRevision(history)));
      if (step === "rollback" && inForce(history) !== null) {
        history.push(rolledBackTo(nextRevision(history), target?.revision ?? null));
      }
      if (step === "rollback while down" && inForce(history) !== null) history.push(next(target?.revision ?? null));
      if (step === "begin") history.push(begin(`x${index}`));
      if (step === "revert") history.push(reverted(`x${index - 1}`));
    }
    return history;
  });

test("in any history repeated rollbacks go back in time, each further, and come to an end", () => {
  fc.assert(
    fc.property(histories, fc.boolean(), (start, down) => {
      const history = [...start];
      const now = pendingNext(history)?.revision ?? inForce(history)?.revision ?? null;
      let origin = now === null ? 0 : (originOf(history, now) ?? 0);
      for (let step = 0; step <= start.length; step++) {
        const target = rollbackTarget(history);
        if (target === null) return;
        assert.ok(target.revision < origin, "never forward");
        assert.equal(find(history, target.revision), target);
        const skipped = history.some(
          (entry) => entry.type === "committed" && entry.revision > target.revision && entry.revision < origin,
        );
        assert.equal(skipped, false, "none is passed over");
        const reached = originOf(history, target.revision);
        history.push(down ? next(target.revision) : rolledBackTo(nextRevision(history), target.revision));
        if (reached === null) {
          assert.equal(rollbackTarget(history), null);
          return;
        }
        assert.ok(reached < origin, "each further");
        origin = reached;
      }
      assert.fail("rollbacks do not come to an end");
    }),
    { numRuns: 500 },
  );
});

test("a damaged chain of rollbacks does not go round", () => {
  assert.equal(originOf([rolledBackTo(1, 2), rolledBackTo(2, 1)], 2), 2);
});

test("a drill is no revision: wherever it stands, nothing is in force, pending or unfinished because of it", () => {
  const entries = [committed(1), committed(2), next(1), begin("x"), reverted("x"), committed(3), begin("y")];
  const answers = (all: readonly JournalEntry[]) => [
    ...[inForce(all), rollbackTarget(all), unfinished(all), pendingNext(all), nextRevision(all)],
  ];
  for (let cut = 0; cut <= entries.length; cut++) {
    const before = entries.slice(0, cut);
    for (let place = 0; place <= cut; place++) {
      const withDrill = [...before.slice(0, place), drilled("abandoned"), ...before.slice(place)];
      assert.deepEqual(answers(withDrill), answers(before), `${cut} entries, a drill after ${place}`);
    }
  }
});

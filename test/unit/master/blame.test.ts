import assert from "node:assert/strict";
import test from "node:test";
import { createBlame } from "../../../lib/master/blame.ts";
import type { GateVerdict, Watched } from "../../../lib/master/gates.ts";

/** A second each: a hundred answers, of which so many are errors. */
const seconds = (errors: readonly number[], sickSec: readonly number[]): readonly Watched[] =>
  errors.map((_, index) => ({
    forMs: (index + 1) * 1_000,
    answers: (index + 1) * 100,
    errors: errors.slice(0, index + 1).reduce((sum, count) => sum + count, 0),
    sick: sickSec.includes(index + 1) ? ["redis"] : [],
    ...{ p95Ms: 10, p95Of: 100, crashes: 0, hangs: 0, late: 0, onTime: 4, memory: null, leansOnServices: true },
  }));

const last = (looks: readonly Watched[]): Pick<Watched, "answers" | "errors" | "sick"> | undefined => {
  const blame = createBlame();
  return looks.map((look) => blame.counted(look)).at(-1);
};

test("errors of a sick time are not the generation's: before it was told, in it, and just after", () => {
  const found = last(seconds([1, 0, 0, 0, 90, 90, 90, 90, 90, 40, 1, 0], [7, 8]));
  assert.deepEqual([found?.answers, found?.errors], [500, 2], "seconds 1 to 3, 11 and 12");
  assert.deepEqual(found?.sick, ["redis"], "in the second half");
});

test("who was sick in the first half alone is well", () => {
  assert.deepEqual(last(seconds([0, 90, 0, 0, 0, 0, 0, 0], [2, 3]))?.sick, []);
  assert.equal(last(seconds([5, 5, 5], []))?.errors, 15, "nobody was sick");
});

test("errors are believed once a sick service would have been found; crashes, hangs and leaks at once", () => {
  const blame = createBlame();
  const found = (gate: string): GateVerdict => ({ verdict: "failed", because: { code: gate, facts: {} } });
  const looks = seconds([0, 0, 50, 50, 50, 50], []);
  const verdicts = looks.map((look) =>
    blame.believed(look.errors > 0 ? found("gate.errors") : { verdict: "wait" }, look),
  );
  assert.deepEqual(
    verdicts.map(({ verdict }) => verdict),
    ["wait", "wait", "wait", "wait", "wait", "failed"],
  );
  const [first] = seconds([50], []);
  assert.ok(first !== undefined);
  for (const gate of ["gate.crashes", "gate.hangs", "gate.memory"])
    assert.equal(createBlame().believed(found(gate), first).verdict, "failed", gate);
  const alone = { ...first, leansOnServices: false };
  assert.equal(createBlame().believed(found("gate.errors"), alone).verdict, "failed", "there is nobody else");
});

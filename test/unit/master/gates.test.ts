import assert from "node:assert/strict";
import test from "node:test";
import { type Before, type GateInput, judgeGates, type Watched } from "../../../lib/master/gates.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { catalogue } from "../../../lib/words/catalogue/index.ts";

const profile = stageOf(await loadLadder(builtInProfilesDir()), 2);
const windowMs = 30_000;
const mb = 1_048_576;

/** Thirty seconds of good answers, unless said otherwise. */
const fine: Watched = {
  ...{ forMs: 30_000, answers: 1_000, errors: 0, p95Ms: 20, p95Of: 500 },
  ...{ crashes: 0, hangs: 0, late: 0, onTime: 4, sick: [], memory: null, leansOnServices: true },
};
const before: Before = { errorRate: 0, p95Ms: 18, rssBytes: 80 * mb };

const judge = (change: Partial<Watched>, more: Partial<GateInput> = {}): string => {
  const found = judgeGates({ profile, before, now: { ...fine, ...change }, windowMs, extended: false, ...more });
  return "because" in found ? `${found.verdict} ${found.because.code}` : found.verdict;
};

test("a generation without fault is committed at the end of the window, and not before", () => {
  assert.equal(judge({}), "passed");
  assert.equal(judge({ forMs: 29_999 }), "wait");
  assert.equal(judge({ forMs: 0, answers: 0, p95Ms: null }, { windowMs: 0 }), "passed", "no window asked for");
});

test("crashes and hangs fail at once; a single crash may be an accident", () => {
  assert.equal(judge({ forMs: 2_000, crashes: 1 }), "wait");
  assert.equal(judge({ forMs: 2_000, crashes: 2 }), "failed gate.crashes");
  assert.equal(judge({ forMs: 2_000, hangs: 1 }), "failed gate.hangs");
  assert.equal(judge({ forMs: 2_000, crashes: 2, sick: ["postgres"] }), "failed gate.crashes", "whoever else is sick");
});

test("a silent worker may hang: nothing is committed until it speaks, or would have been judged", () => {
  assert.equal(judge({ late: 1 }), "wait");
  assert.equal(judge({ late: 1, forMs: 54_999 }), "wait");
  assert.equal(judge({ late: 1, forMs: 55_000 }), "passed");
  assert.equal(judge({ late: 1, hangs: 1 }), "failed gate.hangs");
});

test("errors fail when they are more than the stage warns of, more than before, and no chance", () => {
  assert.equal(judge({ forMs: 3_000, answers: 100, errors: 20 }), "failed gate.errors", "a fifth");
  assert.equal(judge({ forMs: 3_000, answers: 19, errors: 19 }), "wait", "too few to say");
  assert.equal(judge({ forMs: 3_000, answers: 20, errors: 2 }), "wait", "may be chance");
  assert.equal(judge({ answers: 6, errors: 6 }), "failed gate.errors", "few, but none was good to the end");
  assert.equal(judge({ answers: 1_000, errors: 50 }), "passed", "at the stage's warning");
  assert.equal(
    judge({ answers: 1_000, errors: 200 }, { before: { ...before, errorRate: 0.2 } }),
    "passed",
    "as before",
  );
  assert.equal(
    judge({ answers: 1_000, errors: 300 }, { before: { ...before, errorRate: 0.2 } }),
    "failed gate.errors",
    "clearly more than before",
  );
});

test("slowness fails against before, and against the promise where that was kept before", () => {
  assert.equal(judge({ p95Ms: 180 }), "failed gate.p95", "ten times as slow");
  assert.equal(judge({ p95Ms: 180, forMs: 20_000 }), "wait", "its first answers may be slow");
  assert.equal(judge({ p95Ms: 36 }), "passed", "twice as slow is no proof");
  assert.equal(judge({ p95Ms: 180, p95Of: 39 }), "passed", "too few to say");
  assert.equal(judge({ p95Ms: 2_100 }, { before: { ...before, p95Ms: 1_500 } }), "failed gate.p95", "the promise");
  assert.equal(judge({ p95Ms: 2_600 }, { before: { ...before, p95Ms: 2_500 } }), "passed", "it was broken before");
  assert.equal(judge({ p95Ms: 2_100 }, { before: { ...before, errorRate: null, p95Ms: null } }), "failed gate.p95");
  assert.equal(judge({ p95Ms: 1_900 }, { before: { ...before, errorRate: null, p95Ms: null } }), "passed");
});

test("memory fails where it is far above what the old one holds, and goes on rising", () => {
  const memory = (rss: number, rose: number, lately: number): Pick<Watched, "memory"> => ({
    memory: { rssBytes: rss * mb, roseBytes: rose * mb, roseLatelyBytes: lately * mb },
  });
  const leaks = memory(480, 400, 200);
  assert.equal(judge({ ...leaks, forMs: 12_000 }), "failed gate.memory", "at once: it fills the host");
  assert.equal(judge({ ...leaks, forMs: 9_000 }), "wait", "hardly looked at yet");
  assert.equal(judge(memory(480, 400, 40)), "passed", "a cache that has filled");
  assert.equal(judge(memory(900, 200, 100)), "passed", "large from the start");
  assert.equal(judge(memory(120, 45, 20)), "passed", "code that warms up");
  assert.equal(judge(leaks, { before: { ...before, rssBytes: 200 * mb } }), "passed", "the old one holds much, too");
  assert.equal(judge(leaks, { before: { ...before, rssBytes: null } }), "failed gate.memory");
  assert.equal(judge({ ...leaks, forMs: 12_000, sick: ["postgres"] }), "wait", "requests that wait for it take room");
  assert.equal(judge({ ...leaks, forMs: 12_000, sick: ["host"] }), "failed gate.memory", "this is what fills it");
});

test("while a service or the host is sick nothing is blamed on the generation: longer, then inconclusive", () => {
  const sick = { sick: ["postgres"] as const, errors: 900, p95Ms: 9_000 };
  assert.equal(judge({ ...sick, forMs: 29_000 }), "wait");
  assert.equal(judge(sick), "extend");
  assert.equal(judge({ ...sick, forMs: 59_000 }, { extended: true }), "wait");
  assert.equal(judge({ ...sick, forMs: 60_000 }, { extended: true }), "inconclusive gate.sick");
  assert.equal(judge({ forMs: 60_000 }, { extended: true }), "passed", "it got well");
});

test("where nobody came and not even our own requests were answered, nothing is committed", () => {
  assert.equal(judge({ answers: 0, p95Ms: null }), "wait", "what was asked may still be answered");
  assert.equal(judge({ answers: 0, p95Ms: null, forMs: 35_000 }), "failed gate.no-answer");
});

test("every reason has words", () => {
  for (const gate of ["hangs", "crashes", "errors", "p95", "memory", "no-answer", "sick"]) {
    assert.ok(Object.hasOwn(catalogue, `gate.${gate}`), gate);
  }
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { evidenceLines, measuredIn } from "../../../lib/home/evidence.ts";

const before = { revision: 3, stage: 1, errorRate: 0.01, p95Ms: 40 };

it("the evidence of a revision is read as before and after", () => {
  const watched = { forMs: 30_200, answers: 200, errors: 3, p95Ms: 52, p95Of: 90, crashes: 0, hangs: 0, late: 0 };
  assert.deepEqual(measuredIn({ before, watched }), {
    before: { revision: 3, errorRate: 0.01, p95Ms: 40 },
    after: { seconds: 30, answers: 200, errorRate: 0.015, p95Ms: 52, crashes: 0, hangs: 0 },
  });
});

it("a revision without a window, or without any measurement, says so", () => {
  const codes = (evidence: unknown) => evidenceLines(evidence).map(({ code }) => code);
  assert.deepEqual(codes({ before, watched: null }), ["history.before", "history.not-watched"]);
  assert.deepEqual(codes({ limits: [] }), ["history.not-measured"]);
  assert.deepEqual(codes(null), ["history.not-measured"]);
});

it("what another version kept there is unknown, and no reason to fail", () => {
  assert.deepEqual(measuredIn({ before: "much", watched: { answers: "many" } })?.after, {
    ...{ seconds: null, answers: null, errorRate: null, p95Ms: null, crashes: null, hangs: null },
  });
});

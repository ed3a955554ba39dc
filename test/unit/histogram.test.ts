import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createHistogram } from "../../lib/histogram.ts";

describe("the histogram", () => {
  it("gives every quantile within a sixteenth above the true one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.02, max: 1e8, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, q) => {
          const histogram = createHistogram();
          for (const value of values) histogram.record(value);
          const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1] ?? 0;
          const found = histogram.quantile(q) ?? 0;
          assert.ok(found >= exact * (1 - 1e-9) && found <= exact * (1 + 1 / 16 + 1e-9), `${found} for ${exact}`);
        },
      ),
    );
  });

  it("estimates every quantile within a sixteenth of the true one, and never above the bound it gives", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.02, max: 1e8, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, q) => {
          const histogram = createHistogram();
          for (const value of values) histogram.record(value);
          const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1] ?? 0;
          const found = histogram.estimate(q) ?? 0;
          assert.ok(Math.abs(found - exact) <= exact * (1 / 16 + 1e-9), `${found} for ${exact}`);
          assert.ok(found <= (histogram.quantile(q) ?? 0));
        },
      ),
    );
    const even = createHistogram();
    for (let ms = 10; ms <= 20; ms += 0.01) even.record(ms);
    assert.ok(Math.abs((even.estimate(0.5) ?? 0) - 15) < 0.05, "even values are told to the point");
  });

  it("merges what other processes took to the same answer as recording it all in one", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }))), (parts) => {
        const merged = createHistogram();
        const whole = createHistogram();
        for (const part of parts) {
          const histogram = createHistogram();
          for (const value of part) {
            histogram.record(value);
            whole.record(value);
          }
          merged.merge(histogram.take());
        }
        assert.deepEqual([merged.count(), merged.quantile(0.95)], [whole.count(), whole.quantile(0.95)]);
      }),
    );
  });

  it("is empty after take, and null when empty", () => {
    const histogram = createHistogram();
    histogram.record(5);
    assert.deepEqual(histogram.take().length, 2);
    assert.deepEqual([histogram.take(), histogram.quantile(0.5)], [[], null]);
  });
});

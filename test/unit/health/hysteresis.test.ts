import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { heldForMs, heldLevel, type HeldLevels, keepLevels, noLevels } from "../../../lib/health/hysteresis.ts";
import type { Levelled } from "../../../lib/health/levels.ts";
import type { IndicatorLevel } from "../../../lib/protocol/snapshot.ts";

const row = (level: IndicatorLevel): Levelled => ({ name: "cpu", value: 0, warn: 0.7, critical: 0.8, level });

/** What is shown at each look, one a second unless said. */
const shown = (levels: readonly IndicatorLevel[], everyMs = 1_000, fromMs = 0): readonly IndicatorLevel[] => {
  let held: HeldLevels = noLevels;
  return levels.map((level, index) => {
    held = keepLevels(held, [row(level)], fromMs + index * everyMs);
    return heldLevel(held, "cpu", level);
  });
};

const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);
const looks = heldForMs / 1_000;

test("a level rises at once, over one step or two", () => {
  assert.deepEqual(shown(["ok", "warn", "critical"]), ["ok", "warn", "critical"]);
  assert.deepEqual(shown(["unknown", "critical"]), ["unknown", "critical"]);
});

test("a level falls when the figure has been better for long enough, and not a look before", () => {
  const falling = shown(["critical", ...times(looks + 1, "ok" as const)]);
  assert.deepEqual(falling, [...times(looks + 1, "critical"), "ok"]);
  assert.deepEqual(shown(["warn", ...times(looks + 1, "ok" as const)]).at(-1), "ok");
});

test("from critical it falls to what it was meanwhile, and no further", () => {
  assert.equal(shown(["critical", ...times(looks + 1, "warn" as const)]).at(-1), "warn");
  const half = times(looks / 2, "warn" as const);
  assert.equal(shown(["critical", ...half, ...times(looks / 2 + 1, "ok" as const)]).at(-1), "warn");
});

test("a figure that trembles around its edge does not flap", () => {
  const trembling = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? ("warn" as const) : ("ok" as const)));
  assert.deepEqual([...new Set(shown(trembling))], ["warn"]);
});

test("a figure that is not known any more keeps its level as long as a better one", () => {
  const gone = shown(["critical", ...times(looks + 1, "unknown" as const)]);
  assert.deepEqual([gone.at(-2), gone.at(-1)], ["critical", "unknown"]);
});

test("where nobody looked for long, nothing was seen to be better", () => {
  assert.deepEqual(shown(["critical", "ok", "ok"], 3_600_000), ["critical", "critical", "ok"]);
});

const levels = fc.array(fc.constantFrom<IndicatorLevel>("ok", "warn", "critical", "unknown"), { maxLength: 60 });

test("only differences of time count, never what the clock says", () => {
  fc.assert(
    fc.property(levels, fc.integer({ min: -1e12, max: 1e12 }), (some, fromMs) => {
      assert.deepEqual(shown(some, 1_000, fromMs), shown(some));
    }),
  );
});

test("what is shown is never better than the figure, and changes for the better once in ten seconds at most", () => {
  const rank = { unknown: 0, ok: 0, warn: 1, critical: 2 };
  fc.assert(
    fc.property(levels, (some) => {
      const seen = shown(some).map((level) => rank[level]);
      seen.forEach((level, index) => assert.ok(level >= rank[some[index] ?? "ok"]));
      seen.forEach((level, index) => {
        if (index === 0 || level >= (seen[index - 1] ?? 0)) return;
        const before = some.slice(Math.max(0, index - looks), index + 1).map((one) => rank[one]);
        assert.ok(before.every((one) => one <= level));
      });
    }),
  );
});

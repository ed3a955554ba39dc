import type { Indicator, IndicatorLevel, Snapshot } from "../protocol/snapshot.ts";
import type { ProofStep, SeenIndicator } from "./proof.ts";
import { type Change, changeBetween } from "./scene.ts";
import { stepOf } from "./steps.ts";

/** Looks at the instance as often as it publishes, and more: the worst of each indicator, and whether somebody changes it meanwhile. */
export interface IndicatorWatch {
  /** From now on indicators count; the change is looked for all along. */
  begin(): void;
  /** The first change of stage, revision or generation that was seen. */
  change(): Change | null;
  /** The latest look, for who wants to show it. */
  seen(): readonly SeenIndicator[];
  /** One more look, and no further. */
  stop(): Promise<void>;
}

export const createIndicatorWatch = (first: Snapshot, look: () => Promise<Snapshot>): IndicatorWatch => {
  let worst: readonly SeenIndicator[] = [];
  let change: Change | null = null;
  let counts = false;
  const once = async (): Promise<void> => {
    const snapshot = await look().catch(() => null);
    if (snapshot === null) return;
    change ??= changeBetween(first, snapshot);
    if (counts) worst = worstOf(worst, snapshot.indicators);
  };
  const timer = setInterval(() => void once(), lookEveryMs);
  return {
    begin: () => {
      counts = true;
    },
    change: () => change,
    seen: () => worst,
    stop: async () => {
      clearInterval(timer);
      await once();
    },
  };
};

/**
 * The row with the worse level; among equals, the one that is nearer to the next. A level counts as its figure has it: one
 * that is held up a little longer (`health/hysteresis.ts`) may be of what was before the loads, as what verify itself did
 * to connections and pools, and stands beside a figure that does not show it. Pure.
 */
export const worstOf = (before: readonly SeenIndicator[], now: readonly Indicator[]): readonly SeenIndicator[] =>
  now.map((shown) => {
    const indicator = asItStands(shown);
    const known = before.find(({ name }) => name === indicator.name);
    return known === undefined || isWorse(indicator, known) ? indicator : known;
  });

const asItStands = (indicator: Indicator): SeenIndicator => {
  const level = levelOf(indicator);
  return heights[level] < heights[indicator.level]
    ? { ...indicator, level, advice: level === "warn" ? indicator.advice : null }
    : indicator;
};

const levelOf = ({ value, warn, critical }: Indicator): IndicatorLevel => {
  if (value === null) return "unknown";
  const reaches = (threshold: Indicator["warn"]): boolean => {
    if (typeof value !== "number" || typeof threshold !== "number") return value === threshold;
    return isFloor({ warn, critical }) ? value < threshold : value >= threshold;
  };
  return reaches(critical) ? "critical" : reaches(warn) ? "warn" : "ok";
};

const isWorse = (one: SeenIndicator, other: SeenIndicator): boolean => {
  const [level, otherLevel] = [heights[one.level], heights[other.level]];
  if (level !== otherLevel) return level > otherLevel;
  if (typeof one.value !== "number" || typeof other.value !== "number") return false;
  return isFloor(one) ? one.value < other.value : one.value > other.value;
};

/** What warns below a value is worse the lower it is. */
const isFloor = ({ warn, critical }: Pick<Indicator, "warn" | "critical">): boolean =>
  typeof warn === "number" && typeof critical === "number" && critical < warn;

const heights: Readonly<Record<IndicatorLevel, number>> = { unknown: 0, ok: 1, warn: 2, critical: 3 };

/** Half of the time between two that are published: no peak is missed. */
const lookEveryMs = 500;

const step = stepOf("indicators");

/** Told with advice; they fail nothing by themselves. */
export const indicatorSteps = (seen: readonly SeenIndicator[]): readonly ProofStep[] => {
  if (seen.length === 0) return [step("indicators", "not-measured", "verify.indicators-unseen")];
  return seen.map(({ name, value, level, warn }) => {
    const result = level === "unknown" ? "not-measured" : level === "ok" ? "held" : "not-held";
    return step(name, result, "verify.indicator", { expected: warn, found: value, level });
  });
};

import { median } from "../support/median.ts";
import { textTable } from "./text-table.ts";

export interface MemorySample {
  readonly atMs: number;
  /** The heap in use, garbage included: its floor is what lives. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

export interface Slope {
  /** Of the straight line through the floors. */
  readonly mbPer10Min: number;
  /** Half the width of its 95 % interval. */
  readonly giveOrTake: number;
}

/**
 * How what lives in a process grows. Between two collections its heap goes up and down: what counts is the floor of each
 * window, and the first part is left out. Of the resident memory no line says it: V8 takes it in steps, and keeps it.
 */
export const slopeOf = (samples: readonly MemorySample[], { windows = 12, settleShare = 0.2 } = {}): Slope => {
  const [first, last] = [samples[0]?.atMs ?? 0, samples.at(-1)?.atMs ?? 0];
  const fromMs = first + settleShare * (last - first);
  const widthMs = (last - fromMs) / windows;
  const floors = Array.from({ length: windows }, (_, index) => {
    const beginMs = fromMs + index * widthMs;
    const within = samples.filter(({ atMs }) => atMs >= beginMs && atMs <= beginMs + widthMs);
    const floor = Math.min(...within.map(({ heapBytes }) => heapBytes));
    return { x: (beginMs + widthMs / 2) / tenMinutesMs, y: floor / megabyte };
  }).filter(({ y }) => Number.isFinite(y));
  return lineThrough(floors);
};

const lineThrough = (points: readonly { readonly x: number; readonly y: number }[]): Slope => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  const mbPer10Min = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  const off = points.reduce((sum, point) => sum + (point.y - y - mbPer10Min * (point.x - x)) ** 2, 0);
  return { mbPer10Min, giveOrTake: twoSided95 * Math.sqrt(off / (points.length - 2) / spread) };
};

/** CPU of the master over a stretch of time, in per cent of one core. */
export interface CostLeg {
  readonly what: "without the panel" | "nobody looks" | "one looks";
  readonly percents: readonly number[];
}

export interface ChurnFigures {
  readonly minutes: number;
  readonly workers: number;
  readonly users: number;
  readonly requestsPerSec: number;
  readonly legs: readonly CostLeg[];
  readonly slope: Slope;
  /** Resident: when the churn began, in its middle, at its end. */
  readonly residentMb: readonly number[];
  readonly descriptors: readonly [number, number];
  readonly deeds: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly failed: Readonly<Record<string, number>>;
}

/** What the admin side costs: one who looks, over the same master that serves no panel at all. */
export const adminCost = (legs: readonly CostLeg[]): { readonly idle: number; readonly watched: number } => {
  const of = (what: CostLeg["what"]): number => median(legs.find((leg) => leg.what === what)?.percents ?? []);
  const without = of("without the panel");
  return { idle: of("nobody looks") - without, watched: of("one looks") - without };
};

export const churnTable = (figures: ChurnFigures): string => {
  const { legs, slope, residentMb, descriptors, deeds, requests, failed, minutes } = figures;
  const { idle, watched } = adminCost(legs);
  const one = (value: number): string => value.toFixed(2);
  const costs = legs.map(({ what, percents }) => [
    `master's CPU, ${what}`,
    `${one(median(percents))} % of a core`,
    percents.map(one).join(" "),
  ]);
  const kinds = Object.entries(failed).map(([kind, count]) => `${count} ${kind}`);
  return textTable([
    [
      `${figures.workers} workers, ${figures.users} users, ${Math.round(figures.requestsPerSec)} requests/s`,
      "found",
      "rounds, or goal",
    ],
    ...costs,
    ["admin side, nobody looks", `${one(idle)} % of a core`, metOr(idle < mostPercent, `< ${mostPercent} %`)],
    ["admin side, one looks", `${one(watched)} % of a core`, metOr(watched < mostPercent, `< ${mostPercent} %`)],
    [
      `what lives in the master, over ${minutes} min of churn`,
      `${one(slope.mbPer10Min)} ± ${one(slope.giveOrTake)} MB in 10 min`,
      metOr(isFlat(slope), `< ${mostMbPer10Min} MB`),
    ],
    ["its resident memory, first, in the middle, last", `${residentMb.map(Math.round).join(", ")} MB`, ""],
    ["its sockets and pipes, first and last", descriptors.join(" and "), ""],
    [
      "what was done to it",
      Object.entries(deeds)
        .map(([what, count]) => `${count} ${what}`)
        .join(", "),
      "",
    ],
    ["requests", String(requests), kinds.length === 0 ? "0 failed" : `${kinds.join(", ")} (a killed worker's)`],
  ]);
};

/** The least that fits the samples is no growth beyond what is allowed: a short run may not know it any better. */
export const isFlat = ({ mbPer10Min, giveOrTake }: Slope): boolean => mbPer10Min - giveOrTake < mostMbPer10Min;

const metOr = (met: boolean, goal: string): string => `${goal}: ${met ? "met" : "missed"}`;

const mostMbPer10Min = 1;
export const mostPercent = 2;
const megabyte = 1_048_576;
const tenMinutesMs = 600_000;
/** Student, 12 windows. */
const twoSided95 = 2.2;

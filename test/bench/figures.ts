import { textTable } from "./text-table.ts";
import { median } from "../support/median.ts";

/** One comparison: what dashd reached in each round, and what stood beside it in the same round. */
export interface Comparison {
  readonly title: string;
  readonly unit: string;
  readonly dashd: readonly number[];
  readonly beside: readonly number[];
  readonly goal: { readonly atLeast: number } | { readonly atMost: number };
  /** Requests without a right answer, of both sides. */
  readonly failed: number;
}

export interface Verdict {
  readonly title: string;
  readonly unit: string;
  readonly dashd: number;
  readonly beside: number;
  /** Middle of the ratios of each round: noise that lasts longer than a round falls out. */
  readonly ratio: number;
  readonly goal: string;
  readonly met: boolean;
  readonly failed: number;
}

export const judge = ({ title, unit, dashd, beside, goal, failed }: Comparison): Verdict => {
  const ratio = median(dashd.map((figure, round) => figure / (beside[round] ?? Number.NaN)));
  const met = "atLeast" in goal ? ratio >= goal.atLeast : ratio <= goal.atMost;
  return {
    title,
    unit,
    dashd: median(dashd),
    beside: median(beside),
    ratio,
    goal: "atLeast" in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`,
    met,
    failed,
  };
};

export const table = (verdicts: readonly Verdict[]): string => {
  const rows = verdicts.map(({ title, unit, dashd, beside, ratio, goal, met, failed }) => [
    title,
    `${Math.round(dashd)} ${unit}`,
    `${Math.round(beside)} ${unit}`,
    ratio.toFixed(3),
    goal,
    met ? "met" : "missed",
    String(failed),
  ]);
  const lines = [["", "dashd", "node:cluster", "ratio", "goal", "", "failed"], ...rows];
  return textTable(lines);
};

import { median } from "../support/median.ts";
import type { Rounds } from "./load-agreement.ts";
import type { ToolFigures } from "./load-tools.ts";
import { textTable } from "./text-table.ts";

/** One figure of a tool's beside another's. */
export interface Agreement {
  readonly figure: "perSec" | "p50Ms" | "p95Ms";
  readonly tool: keyof Rounds;
  readonly beside: keyof Rounds;
  readonly found: number;
  readonly other: number;
  /** Middle of the ratios of each round: noise that lasts longer than a round falls out. */
  readonly ratio: number;
  readonly within: boolean;
}

export const agreementOf = (rounds: Rounds): readonly Agreement[] =>
  (["wrk", "autocannon"] as const).flatMap((other) => besideEachOther(rounds, "dashd", other));

/** Where these two are further apart than that, the machine is too busy to tell anything. */
export const othersAgree = (rounds: Rounds): readonly Agreement[] => besideEachOther(rounds, "autocannon", "wrk");

const besideEachOther = (rounds: Rounds, tool: keyof Rounds, beside: keyof Rounds): readonly Agreement[] =>
  (["perSec", "p50Ms", "p95Ms"] as const).map((figure): Agreement => {
    const [ours, others] = [tool, beside].map((name) => rounds[name].map((round) => round[figure]));
    const ratio = median((ours ?? []).map((value, round) => value / (others?.[round] ?? Number.NaN)));
    const failed = [...rounds[tool], ...rounds[beside]].some((round) => round.failed > 0);
    const within = !failed && Math.abs(ratio - 1) <= mayDiffer;
    return { figure, tool, beside, found: median(ours ?? []), other: median(others ?? []), ratio, within };
  });

export const agreementTable = (agreements: readonly Agreement[]): string =>
  textTable([
    ["", "", "", "beside", "", "ratio", "may differ by 10 %"],
    ...agreements.map(({ figure, tool, beside, found, other, ratio, within }) => [
      ...[figure, tool, found.toFixed(2), beside, other.toFixed(2), ratio.toFixed(3)],
      within ? "met" : "missed",
    ]),
  ]);

/** The stall is in dashd's p99; a tool whose users ask only after an answer has its p99 near the usual answers. */
export const stallsShown = ({ dashd, autocannon }: Stalls): boolean =>
  dashd.p99Ms > aStallMs / 2 && autocannon.p99Ms < aStallMs / 10;

export const stallTable = (stalls: Stalls, shown: boolean): string =>
  textTable([
    ["a second of silence in ten", "p50 ms", "p99 ms", shown ? "met" : "missed"],
    ...Object.entries(stalls).map(([name, { p50Ms, p99Ms }]) => [name, p50Ms.toFixed(2), p99Ms.toFixed(2), ""]),
  ]);

type Stalls = Readonly<Record<"dashd" | "wrk" | "autocannon", ToolFigures>>;

const mayDiffer = 0.1;
const aStallMs = 1_000;

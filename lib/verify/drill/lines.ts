import type { Facts } from "../../errors.ts";
import type { DrillFigures, DrillLine, LineResult } from "../../protocol/drill.ts";

export interface Judged {
  readonly lines: readonly DrillLine[];
  /** For the journal. */
  readonly figures: DrillFigures;
}

/** `words`: where a promise is found in the way of another. */
export const line = (
  name: string,
  held: boolean | null,
  { promise = {}, found = {}, words = name }: { promise?: Facts; found?: Facts; words?: string },
): DrillLine => ({
  name,
  result: held === null ? "inconclusive" : held ? "held" : "not-held",
  promise: { code: `drill-promise.${name}`, facts: promise },
  found: { code: `drill-found.${words}`, facts: found },
});

/** One promise that did not hold is enough, whatever else could not be told. */
export const outcomeOf = (lines: readonly DrillLine[]): LineResult => {
  const has = (result: LineResult): boolean => lines.some((one) => one.result === result);
  return has("not-held") ? "not-held" : has("inconclusive") ? "inconclusive" : "held";
};

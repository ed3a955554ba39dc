import type { Facts, Message } from "../../errors.ts";
import type { DrillFigures, DrillVerdict } from "../../protocol/drill.ts";

/** One promise, what was found, and whether it held. `null` as `held`: it could not be told. */
export interface DrillLine {
  readonly name: string;
  readonly result: LineResult;
  readonly promise: Message;
  readonly found: Message;
}

export type LineResult = Exclude<DrillVerdict, "interrupted">;

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

/** Exit codes of the contract, section 3. */
export const exitCodeOf: Readonly<Record<DrillVerdict, number>> = {
  held: 0,
  "not-held": 3,
  inconclusive: 4,
  interrupted: 130,
};

import type { Profile } from "../profile/schema.ts";
import type { LoadSummary } from "./summary.ts";

/** One line of the promise against what was measured. `found` null: not measured, which is not kept. */
export interface VerdictLine {
  readonly name: "okRate" | "responseP95Ms" | "waitP95Ms";
  readonly expected: number;
  readonly found: number | null;
  readonly kept: boolean;
}

export interface Verdict {
  /** For how many users the stage promises that: the promise for the next larger number, else its last one. */
  readonly promisedUsers: number;
  /** More users than the stage promises anything for. */
  readonly beyond: boolean;
  readonly lines: readonly VerdictLine[];
  readonly kept: boolean;
}

export const judgeLoad = (
  { okRate, response, wait, users }: Pick<LoadSummary, "okRate" | "response" | "wait" | "users">,
  promises: Profile["promise"],
): Verdict => {
  const promise = promises.find((one) => one.users >= users) ?? promises.at(-1);
  if (promise === undefined) return { promisedUsers: 0, beyond: true, lines: [], kept: false };
  const lines: VerdictLine[] = [
    { name: "okRate", expected: promise.okRate, found: okRate, kept: okRate !== null && okRate >= promise.okRate },
    atMost("responseP95Ms", promise.responseP95Ms, response.p95Ms),
    ...(promise.waitP95Ms === null ? [] : [atMost("waitP95Ms", promise.waitP95Ms, wait.p95Ms)]),
  ];
  return {
    promisedUsers: promise.users,
    beyond: users > promise.users,
    lines,
    kept: lines.every(({ kept }) => kept),
  };
};

const atMost = (name: VerdictLine["name"], expected: number, found: number | null): VerdictLine => ({
  ...{ name, expected, found },
  kept: found !== null && found <= expected,
});

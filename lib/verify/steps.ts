import type { Facts } from "../errors.ts";
import type { ProofOutcome } from "../protocol/proof-record.ts";
import type { LimitValue } from "../protocol/snapshot.ts";
import { judgedSteps, type ProofStep } from "./proof.ts";

export type StepResult = ProofStep["result"];

export const stepOf =
  (part: ProofStep["part"]) =>
  (name: string, result: StepResult, code: string, facts: Facts = {}): ProofStep => ({
    ...{ part, name, result },
    message: { code, facts: { name, ...facts } },
  });

/** What was shown of a limit from outside: its value, or null. */
export type Proven = Readonly<Record<string, LimitValue>>;

/** Steps about limits, and what they prove. */
export interface Shown {
  readonly steps: readonly ProofStep[];
  readonly proven: Proven;
}

/** A step that proves a limit where it held. */
export const shown = (step: ProofStep, value: LimitValue): Shown => ({
  steps: [step],
  proven: { [step.name]: step.result === "held" ? value : null },
});

export const together = (all: readonly Shown[]): Shown => ({
  steps: all.flatMap(({ steps }) => steps),
  proven: Object.assign({}, ...all.map(({ proven }) => proven)) as Proven,
});

export const holdsAll = ({ steps }: Shown): boolean => steps.every(({ result }) => result === "held");

/**
 * Where somebody changed the instance meanwhile, what was seen may be of
 * two stages: then nothing is known.
 */
export const outcomeOf = (steps: readonly ProofStep[], isChanged: boolean): ProofOutcome => {
  const judged = judgedSteps(steps);
  if (isChanged) return "inconclusive";
  if (judged.some(({ result }) => result === "not-held")) return "not-held";
  return judged.some(({ result }) => result === "inconclusive") ? "inconclusive" : "held";
};

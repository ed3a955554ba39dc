import { DashdError, type Message } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import type { Progress } from "../protocol/control.ts";
import { createBlame } from "./blame.ts";
import type { ChangePlan } from "./change.ts";
import { step } from "./change-steps.ts";
import { type Before, judgeGates, type SickPart, type Watched } from "./gates.ts";

/** What the window needs to see and to do. */
export interface WatchPorts {
  /** Once a second what was seen of the generation so far; ends when the instance is stopping. */
  readonly watch: (generation: number) => AsyncIterable<Watched>;
  /** What is seen of it counts from now on. */
  readonly watchFrom: (generation: number) => void;
  /** Nobody comes: dashd asks the generation itself. */
  readonly askItself: () => void;
  /** The door gives to the one that is warm as well, where the watched one has nobody on time; to the watched one alone: null. */
  readonly relieve: (generation: number, warm: number | null) => void;
}

export interface WatchedChange {
  readonly plan: ChangePlan;
  readonly generation: number;
  /** The one before it, while that is there whole; null: it is not. */
  readonly warm: number | null;
  readonly before: Before;
}

/**
 * Watches a generation that the door points to already, until it has passed its gates: gives what was seen. Throws
 * E_GATE with the gate it failed, or E_GATE_UNKNOWN where it could not be judged.
 */
export const watchWindow = async function* (
  { plan: { profile, watchWindowSec }, generation, warm, before }: WatchedChange,
  { watch, watchFrom, askItself, relieve }: WatchPorts,
): AsyncGenerator<Progress, Watched | null> {
  const windowMs = (watchWindowSec ?? profile.watchWindowSec) * 1_000;
  if (windowMs === 0) return null;
  watchFrom(generation);
  yield step("step.watching", { seconds: windowMs / 1_000, warm: warm !== null });
  let extended = false;
  let relieved = false;
  let answersBefore = 0;
  const blame = createBlame();
  for await (const seen of watch(generation)) {
    // Until it is clear whether they hang, nobody new waits for them.
    if (warm !== null && (seen.onTime === 0) !== relieved) {
      relieved = !relieved;
      relieve(generation, relieved ? warm : null);
      if (relieved) yield step("step.relieved", { generation, warm });
    }
    const now = blame.counted(seen);
    const found = blame.believed(judgeGates({ profile, before, now, windowMs, extended }), now);
    switch (found.verdict) {
      case "passed":
        if (relieved) relieve(generation, null);
        yield step("step.passed", { answers: now.answers, errors: now.errors, p95Ms: now.p95Ms });
        return now;
      case "extend":
        extended = true;
        yield step("step.watching-longer", { seconds: windowMs / 1_000, sick: namesOf(now.sick) });
        break;
      case "failed":
        throw new DashdError("E_GATE", gateFacts(profile, found.because), { hint: "dashd logs --level error" });
      case "inconclusive":
        throw new DashdError("E_GATE_UNKNOWN", gateFacts(profile, found.because), { hint: "dashd doctor" });
      case "wait":
    }
    if (seen.answers === answersBefore) askItself();
    answersBefore = seen.answers;
  }
  throw new DashdError("E_GATE", gateFacts(profile, { code: "because.stopped", facts: {} }));
};

const gateFacts = ({ stage }: Profile, { code, facts }: Message): Message["facts"] => ({
  ...facts,
  stage,
  because: code,
});

const namesOf = (sick: readonly SickPart[]): readonly string[] => [...sick];

import type { Message } from "../errors.ts";
import type { BeginEntry, InterruptedEntry, JournalEntry } from "../home/journal-entries.ts";
import { unfinished } from "../home/revisions.ts";
import type { RunRecord } from "../home/run-record.ts";
import type { InForce } from "./change.ts";

/** A change that the last master of this home did not live to end. */
export interface Interrupted {
  readonly begun: BeginEntry;
  /** The last step that is known to have been reached (`switched`); the record of it may be a moment behind. */
  readonly step: string | null;
}

/** `record` is what that master left: a step older than the change is of another one. */
export const interruptedChange = (entries: readonly JournalEntry[], record: RunRecord | null): Interrupted | null => {
  const begun = unfinished(entries);
  if (begun === null) return null;
  const step = record?.step ?? null;
  return { begun, step: step === null || step.at < begun.at ? null : step.code.replace(/^step\./, "") };
};

export const interruptedWarning = ({ begun, step }: Interrupted, { revision, generation }: InForce): Message => {
  const { kind, stage: to, by, at: since } = begun;
  return {
    code: "log.change-interrupted",
    facts: { kind, to, by, since, step, revision, stage: generation.profile.stage },
  };
};

export const interruptedEntry = ({ begun: { change }, step }: Interrupted, now: Date): InterruptedEntry => ({
  type: "interrupted",
  change,
  step,
  at: now.toISOString(),
});

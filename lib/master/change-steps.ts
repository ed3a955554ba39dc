import { DashdError, type Message } from "../errors.ts";
import type { Progress } from "../protocol/control.ts";
import type { LimitRow } from "../protocol/snapshot.ts";
import type { AppFailure } from "../protocol/worker-messages.ts";
import type { BootVerdict } from "./boot-verdict.ts";
import type { ChangeEvidence, ChangePlan } from "./change.ts";
import { driftOf } from "./readback.ts";

/** What the parts of a change have in common: its lines, and what must hold on the way. */
export const step = (code: string, facts: Message["facts"]): Progress => ({
  type: "step",
  at: new Date().toISOString(),
  code,
  facts,
});

/** Throws E_CHANGE_FAILED with the app's own words. */
export const mustComeUp = (plan: ChangePlan, verdict: BootVerdict): void => {
  if (verdict.verdict !== "failed" && verdict.verdict !== "partly") return;
  throw changeFailed(plan, whyNotUp(verdict.failure), verdict.failure);
};

export const whyNotUp = ({ reason, message }: AppFailure): string =>
  reason === "never-ready" ? "because.boot-timeout" : reason === "own-cluster" ? "because.own-cluster" : message;

/** Declared = effective, or E_CHANGE_FAILED with what differs. */
export const mustMatch = (plan: ChangePlan, rows: readonly LimitRow[]): ChangeEvidence["limits"] => {
  const drift = driftOf(rows);
  if (drift.length > 0) {
    const found = rows.filter((row) => row.drift).map((row) => `${row.name} ${row.effective} ≠ ${row.declared}`);
    throw changeFailed(plan, found.join(", "), null);
  }
  return rows
    .filter((row) => row.effective !== null)
    .map(({ name, declared, effective }) => ({ name, declared, effective }));
};

export const changeFailed = (plan: ChangePlan, because: string, failure: AppFailure | null): DashdError =>
  new DashdError(
    "E_CHANGE_FAILED",
    { kind: plan.kind, stage: plan.profile.stage, because, place: failure?.place ?? null },
    { hint: "dashd logs --level error" },
  );

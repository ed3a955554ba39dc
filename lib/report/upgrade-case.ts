import { basename } from "node:path";
import type { CommittedEntry, JournalEntry } from "../home/journal-entries.ts";
import { find, inForce, rollbackTarget } from "../home/revisions.ts";
import type { LoadSummary } from "../load/summary.ts";
import { fingerprintOf } from "../profile/compare.ts";
import { type Ladder, lowerStage, type NextStage, nextStageIn, stageOf } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { Proof } from "../verify/proof.ts";

/** What an upgrade report is made of: all of it measured, read back, or kept by the journal. */
export interface UpgradeInput {
  readonly proof: Proof;
  /** The loads of the proof in full, for charts; none where they are not kept. */
  readonly loads: readonly LoadSummary[];
  readonly journal: readonly JournalEntry[];
  readonly ladder: Ladder;
  /** As it was published after the last step. */
  readonly status: Pick<Snapshot, "host" | "services" | "indicators" | "warnings" | "drift" | "url">;
}

/** The input seen as a change: from what, to what, and where it goes from here. */
export interface UpgradeCase extends UpgradeInput {
  readonly now: Profile;
  /** null: the journal does not have the proven revision any more. */
  readonly nowEntry: CommittedEntry | null;
  /** The newest revision of another stage or configuration; without one the next lower stage, as it would be. */
  readonly before: { readonly profile: Profile; readonly entry: CommittedEntry | null } | null;
  readonly direction: Direction;
  readonly nextStage: NextStage;
  /** Where `dashd rollback` leads. `revision` null: the stage as the ladder has it. */
  readonly back: { readonly stage: number; readonly revision: number | null } | null;
  /** A name, or a code of the catalogue for the built-in board. */
  readonly appName: string;
  readonly appVersion: string | null;
}

/** `first`: nothing was before it. `would-be`: only the ladder knows a lower stage. */
export type Direction = "up" | "down" | "same-stage" | "would-be" | "first";

export const upgradeCase = (input: UpgradeInput): UpgradeCase => {
  const { proof, journal, ladder, status } = input;
  const nowEntry = find(journal, proof.revision);
  const now = nowEntry?.profile ?? stageOf(ladder, proof.stage);
  const before = beforeOf(journal, ladder, now, proof.revision);
  const app = nowEntry?.app;
  return {
    ...input,
    ...{ now, nowEntry, before },
    direction: directionOf(before, now),
    nextStage: nextStageIn(ladder, now.stage),
    back: backOf(journal, ladder, now),
    appName: app?.builtIn === true ? "report.board" : (status.services.upstream?.url ?? basename(proof.app.path)),
    appVersion: app?.version ?? null,
  };
};

/** Without a load a proof is of the limits alone, and is not to be called more. */
export const outcomeName = ({ outcome, loads }: Pick<Proof, "outcome" | "loads">): string =>
  outcome === "held" && loads.length === 0 ? "held-unloaded" : outcome;

const beforeOf = (
  journal: readonly JournalEntry[],
  ladder: Ladder,
  now: Profile,
  revision: number,
): UpgradeCase["before"] => {
  const mine = fingerprintOf(now);
  const entry = journal.findLast(
    (one): one is CommittedEntry =>
      one.type === "committed" && one.revision < revision && fingerprintOf(one.profile) !== mine,
  );
  if (entry !== undefined) return { profile: entry.profile, entry };
  const lower = lowerStage(ladder, now.stage);
  return lower === null ? null : { profile: lower, entry: null };
};

const directionOf = (before: UpgradeCase["before"], now: Profile): Direction => {
  if (before === null) return "first";
  if (before.entry === null) return "would-be";
  if (before.profile.stage === now.stage) return "same-stage";
  return before.profile.stage < now.stage ? "up" : "down";
};

const backOf = (journal: readonly JournalEntry[], ladder: Ladder, now: Profile): UpgradeCase["back"] => {
  const target = rollbackTarget(journal);
  if (target !== null) return { stage: target.stage, revision: target.revision };
  // At the bottom of a history that a rollback has reached, only lower stages of the ladder are left.
  const lower = lowerStage(ladder, inForce(journal)?.stage ?? now.stage);
  return lower === null ? null : { stage: lower.stage, revision: null };
};

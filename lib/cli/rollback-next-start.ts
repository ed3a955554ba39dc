import { existsSync } from "node:fs";
import { DashdError } from "../errors.ts";
import { openJournal } from "../home/journal.ts";
import type { JournalEntry } from "../home/journal-entries.ts";
import { takeLock } from "../home/lock.ts";
import { homePaths } from "../home/paths.ts";
import { find, inForce, pendingNext, rollbackTarget } from "../home/revisions.ts";
import { loadLadder, lowerStage, type Ladder } from "../profile/load.ts";
import type { ChangeAuthor } from "../protocol/control.ts";
import { resolveSettings } from "../settings/resolve.ts";
import type { CommandContext } from "./command.ts";

/** Sets what the next start of a home uses, under its lock: a start at the same moment waits or is refused. */
export const rollbackNextStart = async (
  to: number | null,
  who: ChangeAuthor,
  { flags, env, cwd }: CommandContext,
  notRunning: DashdError,
): Promise<NextStart> => {
  const { values } = resolveSettings({ flags, env, cwd });
  const paths = homePaths(values.home);
  // No home, nothing to roll back: looking must not make one.
  if (!existsSync(paths.journal)) throw notRunning;
  const lock = await takeLock(paths);
  try {
    const journal = await openJournal(paths.journal);
    try {
      const next = await nextOf(journal.entries(), to, () => loadLadder(values.profiles));
      await journal.append({ type: "next", at: new Date().toISOString(), ...who, ...next });
      return next;
    } finally {
      await journal.close();
    }
  } finally {
    await lock.release();
  }
};

export interface NextStart {
  readonly stage: number;
  readonly revision: number | null;
}

/** The revision asked for, or the one before; without an earlier one, the next lower stage. */
const nextOf = async (
  entries: readonly JournalEntry[],
  to: number | null,
  ladder: () => Promise<Ladder>,
): Promise<NextStart> => {
  if (to !== null) {
    const wanted = find(entries, to);
    if (wanted !== null) return { stage: wanted.stage, revision: wanted.revision };
    const newest = inForce(entries)?.revision ?? null;
    throw new DashdError("E_REVISION_UNKNOWN", { revision: to, newest }, { hint: "dashd history" });
  }
  const before = rollbackTarget(entries);
  if (before !== null) return { stage: before.stage, revision: before.revision };
  const now = pendingNext(entries)?.stage ?? inForce(entries)?.stage ?? null;
  const lower = now === null ? null : lowerStage(await ladder(), now);
  if (lower === null) throw new DashdError("E_NOTHING_TO_ROLL_BACK", factsOf(entries, now), { hint: "dashd history" });
  return { stage: lower.stage, revision: null };
};

const factsOf = (entries: readonly JournalEntry[], stage: number | null) => ({
  stage,
  revision: inForce(entries)?.revision ?? null,
});

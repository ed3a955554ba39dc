import type { Message } from "../errors.ts";
import type { CommittedEntry, JournalEntry } from "../home/journal-entries.ts";
import { find, inForce, pendingNext } from "../home/revisions.ts";
import { fingerprintOf } from "../profile/compare.ts";
import { type Ladder, stageOf } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";

/** With which limits an instance starts. */
export interface StartingPoint {
  readonly profile: Profile;
  readonly warnings: readonly Message[];
}

/**
 * A stage that was named is taken from the ladder. Without one, what this home had in force comes back exactly as it
 * was, so that a reboot never undoes a rollback nor brings an edited profile into force unasked: it is warned about.
 */
export const startingPoint = (
  named: number | null,
  firstStage: number,
  entries: readonly JournalEntry[],
  ladder: Ladder,
): StartingPoint => {
  if (named !== null) return { profile: stageOf(ladder, named), warnings: [] };
  const next = pendingNext(entries);
  if (next !== null) {
    const revision = next.revision === null ? null : find(entries, next.revision);
    return { profile: revision?.profile ?? stageOf(ladder, next.stage), warnings: [] };
  }
  const last = inForce(entries);
  if (last === null) return { profile: stageOf(ladder, firstStage), warnings: [] };
  const profile = withoutOverride(last, ladder);
  return { profile, warnings: editedSince(profile, last.revision, ladder) };
};

/** The stage that a start without a name serves, for those who must know before they hold the home. */
export const startingStage = (named: number | null, firstStage: number, entries: readonly JournalEntry[]): number =>
  named ?? pendingNext(entries)?.stage ?? inForce(entries)?.stage ?? firstStage;

/** DASHD_WORKERS belongs to the settings of a start, not to what was in force: today's settings are put on top again. */
const withoutOverride = ({ profile, workersOverride }: CommittedEntry, ladder: Ladder): Profile =>
  workersOverride === null ? profile : { ...profile, workers: ladder.get(profile.stage)?.workers ?? profile.workers };

const editedSince = (profile: Profile, revision: number, ladder: Ladder): readonly Message[] => {
  const now = ladder.get(profile.stage);
  return now === undefined || fingerprintOf(now) === fingerprintOf(profile)
    ? []
    : [{ code: "warning.profile-edited", facts: { stage: profile.stage, revision } }];
};

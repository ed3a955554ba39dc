import { join, resolve } from "node:path";
import { DashdError } from "../errors.ts";
import { builtInProfilesDir, type Ladder, loadLadder, lowerStage } from "../profile/load.ts";
import { withWorkers } from "../profile/override.ts";
import type { Profile } from "../profile/schema.ts";
import type { LadderFound } from "./declared-steps.ts";

/** The ladder on disk as it is now, whatever the instance was told when it was read. */
export const lookAtLadder = async (
  dir: string,
  stage: number,
  workersOverride: number | null,
  shownAs: (path: string) => string,
): Promise<{ readonly onDisk: LadderFound; readonly lower: Profile | null }> => {
  const file = shownAs(join(dir, `stage-${stage}.json`));
  const ladder = await readLadder(dir);
  if (ladder instanceof DashdError) {
    const isOwn = resolve(dir) !== resolve(builtInProfilesDir());
    const facts = { directory: shownAs(dir), count: ladder.details.length, isOwn };
    return { onDisk: { file, fault: { code: "verify.ladder-faulty", facts } }, lower: null };
  }
  const profile = ladder.get(stage);
  if (profile === undefined) {
    return { onDisk: { file, fault: { code: "verify.ladder-gone", facts: {} } }, lower: lowerStage(ladder, stage) };
  }
  return { onDisk: { file, profile: withWorkers(profile, workersOverride) }, lower: lowerStage(ladder, stage) };
};

const readLadder = async (dir: string): Promise<Ladder | DashdError> => {
  try {
    return await loadLadder(dir);
  } catch (error) {
    if (error instanceof DashdError) return error;
    throw error;
  }
};

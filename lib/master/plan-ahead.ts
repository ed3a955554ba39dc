import type { PlanAnswer } from "../panel/shapes.ts";
import type { PlanWanted } from "../panel/routes.ts";
import { effectOf } from "../preflight/plan.ts";
import { surgeMessage } from "../preflight/surge-message.ts";
import { compareProfiles, type FieldValue, fingerprintOf } from "../profile/compare.ts";
import { stageOf } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import type { PlanSources } from "./plan-change.ts";
import type { Preflight } from "./preflight.ts";

/** What a change would mean: the sums that it itself would make, and nothing touched. Throws what it would be refused with. */
export const planAhead = async (wanted: PlanWanted, sources: PlanAheadSources): Promise<PlanAnswer> => {
  const { inForce, preflight } = sources;
  const { profile: old } = inForce.generation;
  const { profile, restores } = await targetOf(wanted, sources);
  const { sums, surge } = await preflight(profile, old);
  return {
    from: { stage: old.stage, revision: inForce.revision },
    stage: profile.stage,
    restores,
    profileFingerprint: fingerprintOf(profile),
    differences: compareProfiles(old, profile).map(({ field, before, after }) => ({
      field,
      before: plain(before),
      after: plain(after),
      effect: `effect.${effectOf(field)}`,
    })),
    how: surgeMessage(surge),
    sums: sums.map(({ subject, found, needed, level, advice }) => ({ subject, found, needed, level, advice })),
  };
};

export interface PlanAheadSources extends Pick<PlanSources, "inForce" | "ladder" | "withOverrides" | "journal"> {
  readonly preflight: Preflight;
}

const targetOf = async (
  wanted: PlanWanted,
  { inForce, ladder, withOverrides, journal }: PlanAheadSources,
): Promise<{ readonly profile: Profile; readonly restores: number | null }> => {
  switch (wanted.kind) {
    case "stage":
      return { profile: withOverrides(stageOf(await ladder(), wanted.stage)), restores: null };
    case "reload":
      return { profile: inForce.generation.profile, restores: null };
    case "rollback": {
      const { profile, revision } = journal.rollbackTarget(wanted.to, inForce);
      return { profile, restores: revision };
    }
  }
};

const plain = (value: FieldValue): string | number | null => (typeof value === "boolean" ? String(value) : value);

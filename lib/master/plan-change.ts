import { DashdError } from "../errors.ts";
import { fingerprintOf } from "../profile/compare.ts";
import { type Ladder, stageOf } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import type { ChangeRequest, PlannedFor, Progress } from "../protocol/control.ts";
import { type AppIdentity, type AppToRun, identifyApp } from "./app-identity.ts";
import type { ChangePlan, InForce } from "./change.ts";
import type { InstanceJournal, RollbackTarget } from "./instance-journal.ts";

/** What is wanted, before it is known how it fits. */
export type WantedChange = Omit<ChangePlan, "surge">;

/** Where the parts of a plan come from. */
export interface PlanSources {
  readonly inForce: InForce;
  /** As the operator named it, links kept: a reload follows a `current` link to the newest release. */
  readonly appAsNamed: AppToRun;
  /** Read anew for every change: an edited profile is what `stage N` then means. Throws E_PROFILE with every fault. */
  readonly ladder: () => Promise<Ladder>;
  readonly withOverrides: (profile: Profile) => Profile;
  readonly journal: InstanceJournal;
}

/** Turns a request into a plan, or refuses it before anything is touched. */
export const planChange = async (request: ChangeRequest, sources: PlanSources): Promise<WantedChange> => {
  const { inForce, appAsNamed, ladder, withOverrides, journal } = sources;
  const { by, reason, watchWindowSec = null } = request;
  const { profile, app } = inForce.generation;
  switch (request.kind) {
    case "stage": {
      const wanted = withOverrides(stageOf(await ladder(), request.stage));
      if (request.planned !== null) mustStillHold(request.planned, inForce.revision, wanted);
      return { kind: "stage", profile: wanted, app: identify(app), rollbackOf: null, by, reason, watchWindowSec };
    }
    case "reload":
      return { kind: "reload", profile, app: identify(appAsNamed), rollbackOf: null, by, reason, watchWindowSec };
    case "rollback": {
      const target = journal.rollbackTarget(request.to, inForce);
      const restored = restoreApp(target);
      return {
        kind: "rollback",
        profile: target.profile,
        app: restored,
        rollbackOf: target.revision,
        by,
        reason,
        // What it restores was watched before, and whoever rolls back is in a hurry (T25).
        watchWindowSec: watchWindowSec ?? 0,
      };
    }
  }
};

const mustStillHold = (planned: PlannedFor, revision: number, wanted: Profile): void => {
  const hint = `dashd plan --stage ${wanted.stage}`;
  if (planned.revision !== revision) {
    const facts = { what: "revision", expected: planned.revision, found: revision };
    throw new DashdError("E_PLAN_STALE", facts, { hint });
  }
  const found = fingerprintOf(wanted);
  if (found === planned.profileFingerprint) return;
  const facts = { what: "profile", expected: planned.profileFingerprint.slice(0, 12), found: found.slice(0, 12) };
  throw new DashdError("E_PLAN_STALE", facts, { hint });
};

/** The answer to a change of stage that is in force already; null when there is something to do. */
export const nothingToChange = ({ kind, profile }: ChangePlan, inForce: InForce): Progress | null => {
  const { revision, generation } = inForce;
  if (kind !== "stage" || fingerprintOf(profile) !== fingerprintOf(generation.profile)) return null;
  const { stage } = profile;
  const message = { code: "outcome.unchanged", facts: { stage, revision } };
  return { type: "outcome", exitCode: 0, message, hint: null, stage, revision, generation: generation.id };
};

/** A revision comes back with its code or not at all: other code under an old number would be a lie. */
const restoreApp = ({ app, fingerprint, revision, profile }: RollbackTarget): AppIdentity => {
  const gone = (found: string, cause?: unknown): DashdError =>
    new DashdError("E_CODE_GONE", { path: app.path, revision, found }, { hint: `dashd stage ${profile.stage}`, cause });
  let restored: AppIdentity;
  try {
    restored = identifyApp(app);
  } catch (error) {
    throw gone("missing", error);
  }
  if (fingerprint !== null && restored.fingerprint !== fingerprint) throw gone("changed");
  return restored;
};

/** A release folder pruned, a file removed. */
const identify = (app: AppToRun): AppIdentity => {
  try {
    return identifyApp(app);
  } catch (error) {
    throw new DashdError("E_APP_NOT_FOUND", { path: app.path }, { hint: "dashd status", cause: error });
  }
};

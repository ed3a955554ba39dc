import { DashdError } from "../errors.ts";
import { fingerprintOf } from "../profile/compare.ts";
import { type Ladder, stageOf } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import type { ChangeRequest, PlannedFor, Progress } from "../protocol/control.ts";
import { shortageIn } from "../system-error.ts";
import { type AppIdentity, type AppToRun, identifyApp } from "./app-identity.ts";
import type { ChangePlan, InForce } from "./change.ts";
import type { Copying } from "../seal/seals.ts";
import type { Sealing } from "./sealing.ts";
import type { InstanceJournal, RollbackTarget } from "./instance-journal.ts";

/** What is wanted, before it is known how it fits. */
export type WantedChange = Omit<ChangePlan, "surge">;

/** Where the parts of a plan come from. */
export interface PlanSources {
  readonly inForce: InForce;
  /** As the operator named it, links kept: a reload follows a `current` link to the newest release. */
  readonly appAsNamed: () => AppToRun;
  /** Read anew for every change: an edited profile is what `stage N` then means. Throws E_PROFILE with every fault. */
  readonly ladder: () => Promise<Ladder>;
  readonly withOverrides: (profile: Profile) => Profile;
  readonly journal: InstanceJournal;
  readonly sealing: Pick<Sealing, "seal" | "restore">;
}

/** Turns a request into a plan, or refuses it before anything is touched. */
export const planChange = async (
  request: ChangeRequest,
  sources: PlanSources,
  copying?: Copying,
): Promise<WantedChange> => {
  const { inForce, appAsNamed, ladder, withOverrides, journal, sealing } = sources;
  const { by, reason, watchWindowSec = null } = request;
  const { profile, app } = inForce.generation;
  switch (request.kind) {
    case "stage": {
      const wanted = withOverrides(stageOf(await ladder(), request.stage));
      if (request.planned !== null) mustStillHold(request.planned, inForce.revision, wanted);
      // Sealed code is changed by a reload alone.
      const same =
        app.sealed === undefined
          ? await sealing.seal(identify(app), copying)
          : await restoreApp(
              { ...inForce, profile, app, sealed: app.sealed.copy, fingerprint: app.fingerprint },
              sealing,
              copying,
            );
      return { kind: "stage", profile: wanted, app: same, rollbackOf: null, by, reason, watchWindowSec };
    }
    case "reload": {
      const fresh = await sealing.seal(identify(appAsNamed()), copying);
      return { kind: "reload", profile, app: fresh, rollbackOf: null, by, reason, watchWindowSec };
    }
    case "rollback": {
      const target = journal.rollbackTarget(request.to, inForce);
      const restored = await restoreApp(target, sealing, copying);
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
const restoreApp = async (
  target: RollbackTarget,
  sealing: PlanSources["sealing"],
  copying: Copying | undefined,
): Promise<AppIdentity> => {
  const { app, sealed, fingerprint, revision, profile } = target;
  const isIt = (found: AppIdentity): boolean => fingerprint === null || found.fingerprint === fingerprint;
  const copy = sealed === null ? null : await sealing.restore(app, sealed);
  if (copy !== null && isIt(copy)) return copy;
  const gone = (found: string, cause?: unknown): DashdError => {
    const facts = { path: app.path, revision, found, wasSealed: sealed !== null };
    return new DashdError("E_CODE_GONE", facts, { hint: `dashd stage ${profile.stage}`, cause });
  };
  let original: AppIdentity;
  try {
    original = identifyApp(app);
  } catch (error) {
    throw shortageIn(error) ?? gone("missing", error);
  }
  if (!isIt(original)) throw gone("changed");
  return sealing.seal(original, copying);
};

/** A release folder pruned, a file removed. */
const identify = (app: AppToRun): AppIdentity => {
  try {
    return identifyApp(app);
  } catch (error) {
    throw (
      shortageIn(error) ?? new DashdError("E_APP_NOT_FOUND", { path: app.path }, { hint: "dashd status", cause: error })
    );
  }
};

import type { Message } from "../errors.ts";
import { compareProfiles } from "../profile/compare.ts";
import { declaredLimits } from "../profile/limits.ts";
import type { Profile } from "../profile/schema.ts";
import type { LimitRow, LimitValue, Snapshot } from "../protocol/snapshot.ts";
import type { ProofStep } from "./proof.ts";
import { stepOf } from "./steps.ts";

export interface DeclaredInput {
  readonly snapshot: Pick<Snapshot, "limits" | "drift" | "workers" | "generation" | "stage" | "app" | "services">;
  /** As the journal has it in force. */
  readonly profile: Profile;
  readonly onDisk: LadderFound;
  /** The next lower stage, for comparison; null at the lowest, or where the ladder cannot be read. */
  readonly lower: Profile | null;
}

/** The stage as the ladder on disk has it now, the operator's override included. */
export type LadderFound =
  | { readonly file: string; readonly profile: Profile }
  | { readonly file: string; readonly fault: Message };

/** declared = effective: what the instance reads back, and what lies on disk, against what it was told. Pure. */
export const declaredSteps = (input: DeclaredInput): readonly ProofStep[] => [
  ...input.snapshot.limits.map((row) => limitStep(row, input)),
  ...ladderSteps(input),
  ...codeSteps(input.snapshot),
];

const step = stepOf("declared-effective");

const limitStep = (row: LimitRow, { snapshot, lower }: DeclaredInput): ProofStep => {
  const { name, declared, effective, drift } = row;
  const compared = {
    ...{ expected: declared, found: effective },
    ...{ lowerStage: lower?.stage ?? null, lower: lower === null ? null : valueOf(lower, name) },
  };
  if (effective === null) return step(name, "not-measured", "verify.not-read", compared);
  if (!drift) return step(name, "held", "verify.effective", compared);
  const missing = name === "workers" ? missingSlots(snapshot) : [];
  if (missing.length > 0) return step(name, "not-held", "verify.workers-missing", { ...compared, slots: missing });
  return step(name, "not-held", "verify.effective", compared);
};

const valueOf = (profile: Profile, name: string): LimitValue =>
  declaredLimits(profile).find((limit) => limit.name === name)?.value ?? null;

const missingSlots = ({ workers, generation }: DeclaredInput["snapshot"]): readonly string[] =>
  workers
    .filter((worker) => worker.generation === generation && worker.state !== "ready" && worker.state !== "late")
    .map(({ slot }) => String(slot));

/** A profile edited under a running instance is a promise that nobody keeps. */
const ladderSteps = ({ onDisk, profile, lower }: DeclaredInput): readonly ProofStep[] => {
  const { file } = onDisk;
  const { stage } = profile;
  if ("fault" in onDisk) {
    const { code, facts } = onDisk.fault;
    return [step("profile", "not-held", code, { ...facts, file, stage })];
  }
  const changes = compareProfiles(profile, onDisk.profile);
  if (changes.length === 0) return [step("profile", "held", "verify.ladder-same", { file, stage })];
  return changes.map(({ field, before, after }) =>
    step(field, "not-held", "verify.ladder-differs", {
      ...{ file, stage, expected: after, found: before },
      ...{ lowerStage: lower?.stage ?? null, lower: lower === null ? null : valueOf(lower, field) },
    }),
  );
};

const codeSteps = (snapshot: DeclaredInput["snapshot"]): readonly ProofStep[] => {
  const { drift, generation, app, services, workers } = snapshot;
  const facts = { generation, path: services.upstream?.url ?? app.path, isSealed: app.sealed !== null };
  if (services.upstream !== null) return [step("app", "not-measured", "verify.upstream-unproven", facts)];
  if (drift.includes("app")) return [step("app", "not-held", "verify.app-differs", facts)];
  const slots = workers
    .filter((one) => one.generation === generation && one.changedCode)
    .map(({ slot }) => String(slot));
  if (slots.length > 0) return [step("app", "not-held", "verify.changed-code", { ...facts, slots })];
  return [step("app", "held", "verify.app-same", facts)];
};

import type { LimitRow } from "./snapshot.ts";
import type { ProofOutcome, ProofRecord, ProvenHost } from "./proof-record.ts";

/** What a proof is held against: what is in force here now. */
export type InForceHere = Pick<ProofRecord, "dashd" | "host" | "stage" | "profileFingerprint" | "app">;

/** Why a proof no longer says anything of what is in force; in the order in which they are told. */
export type ProofDifference = "stage" | "profile" | "app" | "dashd" | "node" | "host";

/** The last proof as status shows it. */
export interface ProofStanding extends Pick<ProofRecord, "at" | "outcome" | "stage" | "revision"> {
  readonly outcome: ProofOutcome;
  /** Empty: it is about what is in force. */
  readonly differs: readonly ProofDifference[];
}

/**
 * A proof holds for a stage with its profile, the app's code, dashd and Node, and the host, whatever number a revision
 * bears: a rollback to what was proven has it back, a restart with another dashd has not.
 */
export const differencesOf = (proof: InForceHere, here: InForceHere): readonly ProofDifference[] => {
  const isOtherStage = proof.stage !== here.stage;
  return [
    ...(isOtherStage ? (["stage"] as const) : []),
    ...(!isOtherStage && proof.profileFingerprint !== here.profileFingerprint ? (["profile"] as const) : []),
    ...(isSameApp(proof.app, here.app) ? [] : (["app"] as const)),
    ...(proof.dashd.version === here.dashd.version ? [] : (["dashd"] as const)),
    ...(proof.dashd.node === here.dashd.node ? [] : (["node"] as const)),
    ...(isSameHost(proof.host, here.host) ? [] : (["host"] as const)),
  ];
};

export const standingOf = (proof: ProofRecord | null, here: InForceHere): ProofStanding | null => {
  if (proof === null) return null;
  const { at, outcome, stage, revision } = proof;
  return { at, outcome, stage, revision, differs: differencesOf(proof, here) };
};

/** The column PROVEN: what was measured of each limit, as long as the proof is about what is in force. */
export const withProven = (
  rows: readonly LimitRow[],
  proof: ProofRecord | null,
  standing: ProofStanding | null,
): readonly LimitRow[] => {
  if (proof === null || standing === null || standing.differs.length > 0) return rows;
  return rows.map((row) => {
    const found = proof.limits.find(({ name, declared }) => name === row.name && declared === row.declared);
    const proven = found?.proven ?? null;
    return proven === null ? row : { ...row, proven, provenAt: proof.at };
  });
};

/** A path alone names nothing: the same code elsewhere is the same app. */
const isSameApp = (one: ProofRecord["app"], other: ProofRecord["app"]): boolean =>
  one.fingerprint === other.fingerprint;

/** A kernel keeps a little more or less of the memory for itself. */
const isSameHost = (one: ProvenHost, other: ProvenHost): boolean =>
  one.name === other.name &&
  one.platform === other.platform &&
  one.cpu === other.cpu &&
  one.cores === other.cores &&
  Math.abs(one.memoryBytes - other.memoryBytes) <= memoryTolerance * other.memoryBytes;

const memoryTolerance = 0.05;

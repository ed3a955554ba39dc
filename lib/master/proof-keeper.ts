import { readProofFile, writeProofFile } from "../home/proof-file.ts";
import { describeHost } from "../host/describe-host.ts";
import type { Log } from "../log.ts";
import { fingerprintOf } from "../profile/compare.ts";
import type { ProofRecord } from "../protocol/proof-record.ts";
import { type InForceHere, type ProofStanding, standingOf, withProven } from "../protocol/proof-standing.ts";
import type { LimitRow } from "../protocol/snapshot.ts";
import type { Generation } from "./generation.ts";

/** The last proof of this instance, through reloads and restarts, and what it still says of what is in force. */
export interface ProofKeeper {
  /** From now on it is the last one. Throws E_HOME where it cannot be written down. */
  keep(proof: ProofRecord): void;
  /** The rows with PROVEN filled in, and how the proof stands. */
  apply(rows: readonly LimitRow[], generation: Pick<Generation, "profile" | "app">): Applied;
}

export interface Applied {
  readonly limits: readonly LimitRow[];
  readonly proof: ProofStanding | null;
}

export interface ProofKeeperOptions {
  readonly path: string;
  readonly dashd: ProofRecord["dashd"];
  readonly log: Pick<Log, "warn">;
}

export const createProofKeeper = ({ path, dashd, log }: ProofKeeperOptions): ProofKeeper => {
  const host = describeHost();
  const found = readProofFile(path);
  if (found === "damaged") log.warn({ code: "log.proof-damaged", facts: { path } });
  let last: ProofRecord | null = found === "damaged" ? null : found;
  return {
    keep: (proof) => {
      writeProofFile(path, proof);
      last = proof;
    },
    apply: (rows, { profile, app: { path: appPath, fingerprint } }) => {
      if (last === null) return { limits: rows, proof: null };
      const here: InForceHere = {
        ...{ dashd, host, stage: profile.stage },
        profileFingerprint: fingerprintOf(profile),
        app: { path: appPath, fingerprint },
      };
      const proof = standingOf(last, here);
      return { limits: withProven(rows, last, proof), proof };
    },
  };
};

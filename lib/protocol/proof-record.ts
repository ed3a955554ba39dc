import type { LimitValue } from "./snapshot.ts";

/**
 * What a master keeps of a proof (`verify/proof.ts`), to say in status what was proven, when, and whether it still holds:
 * for which host, which limits and which code it was found.
 */
export interface ProofRecord {
  /** When the last step ended, ISO 8601. */
  readonly at: string;
  readonly outcome: ProofOutcome;
  readonly dashd: { readonly version: string; readonly node: string };
  readonly host: ProvenHost;
  readonly stage: number;
  readonly revision: number;
  readonly profileFingerprint: string;
  readonly app: { readonly path: string; readonly fingerprint: string };
  readonly limits: readonly ProvenLimit[];
}

/** `inconclusive`: the generator was the limit, or somebody changed the instance meanwhile. */
export type ProofOutcome = "held" | "not-held" | "inconclusive";

export interface ProvenHost {
  readonly name: string;
  /** `linux x64`, as Node names system and processor. */
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

export interface ProvenLimit {
  /** Path in the profile. */
  readonly name: string;
  readonly declared: LimitValue;
  readonly effective: LimitValue;
  /** As measured from outside; null: not measured, or not shown. */
  readonly proven: LimitValue;
}

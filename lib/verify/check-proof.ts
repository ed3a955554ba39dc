import type { Message } from "../errors.ts";
import type { DeclaredLimit } from "../profile/limits.ts";
import type { ProofRecord } from "../protocol/proof-record.ts";
import { differencesOf, type InForceHere, type ProofDifference } from "../protocol/proof-standing.ts";

/** What is in force here, for a proof to be held against. */
export interface Here extends InForceHere {
  readonly limits: readonly DeclaredLimit[];
}

/** Why a proof says nothing of what is in force here, a line each; empty: it holds. Pure. */
export const checkProof = (proof: ProofRecord, here: Here): readonly Message[] => [
  ...(proof.outcome === "held" ? [] : [{ code: "proof-differs.outcome", facts: { outcome: proof.outcome } }]),
  ...differencesOf(proof, here).flatMap((difference) => worded[difference](proof, here)),
];

type InWords = (proof: ProofRecord, here: Here) => readonly Message[];

const line = (code: string, facts: Message["facts"]): readonly Message[] => [{ code, facts }];

const worded: Readonly<Record<ProofDifference, InWords>> = {
  stage: (proof, here) => line("proof-differs.stage", { expected: proof.stage, found: here.stage }),
  profile: (proof, here) => {
    const changed = proof.limits.flatMap(({ name, declared }) => {
      const now = here.limits.find((limit) => limit.name === name)?.value ?? null;
      return now === declared ? [] : line("proof-differs.limit", { name, expected: declared, found: now });
    });
    // Promise, thresholds, or what the host must have.
    return changed.length > 0 ? changed : line("proof-differs.profile", { stage: here.stage });
  },
  app: (proof, here) => line("proof-differs.app", { expected: proof.app.path, found: here.app.path }),
  dashd: (proof, here) => line("proof-differs.dashd", { expected: proof.dashd.version, found: here.dashd.version }),
  node: (proof, here) => line("proof-differs.node", { expected: proof.dashd.node, found: here.dashd.node }),
  host: (proof, here) => line("proof-differs.host", { expected: hostText(proof), found: hostText(here) }),
};

const hostText = ({ host: { name, platform, cpu, cores, memoryBytes } }: Pick<ProofRecord, "host">): string =>
  `${name} (${platform}, ${cpu}, ${Math.round(cores * 10) / 10} × CPU, ${Math.round(memoryBytes / 2 ** 30)} GB)`;

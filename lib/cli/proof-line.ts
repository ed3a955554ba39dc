import type { Message } from "../errors.ts";
import type { ProofStanding } from "../protocol/proof-standing.ts";
import { ageSecOf } from "./proof-age.ts";

/** What status says of the last proof: when it was, what it found, and why it says nothing of what is in force. */
export const proofMessage = (proof: ProofStanding | null): Message => {
  if (proof === null) return { code: "proof.never", facts: {} };
  const { at, outcome, stage, revision, differs } = proof;
  return { code: "proof.standing", facts: { ageSec: ageSecOf(at), outcome, stage, revision, differs } };
};

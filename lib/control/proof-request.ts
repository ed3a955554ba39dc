import { DashdError } from "../errors.ts";
import type { ProofRecord } from "../protocol/proof-record.ts";
import { isProofRecord } from "../protocol/read-proof.ts";

/** What a client sent as a proof, or E_USAGE. */
export const parseProof = (body: unknown): ProofRecord => {
  if (isProofRecord(body)) return body;
  throw new DashdError("E_USAGE", {
    found: `body: ${JSON.stringify(body).slice(0, 60)}`,
    expected: "cli.expected-proof",
  });
};

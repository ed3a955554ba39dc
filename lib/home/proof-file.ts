import { readFileSync, statSync } from "node:fs";
import { isProofRecord } from "../protocol/read-proof.ts";
import type { ProofRecord } from "../protocol/proof-record.ts";
import { replaceFile } from "./atomic-file.ts";
import { homeError } from "./home-error.ts";
import { systemCodeOf } from "../system-error.ts";

/** `<home>/proof.json`, the last proof of the instance, whole. null: there is none. `damaged`: what is there is none. */
export const readProofFile = (path: string): ProofRecord | "damaged" | null => {
  try {
    if (statSync(path).size > largestBytes) return "damaged";
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isProofRecord(value) ? value : "damaged";
  } catch (error) {
    return systemCodeOf(error) === "ENOENT" ? null : "damaged";
  }
};

/** Whole or not at all, 0600. Throws E_HOME. */
export const writeProofFile = (path: string, proof: ProofRecord): void => {
  try {
    replaceFile(path, `${JSON.stringify(proof, null, 2)}\n`);
  } catch (error) {
    throw homeError(path, error);
  }
};

const largestBytes = 1024 * 1024;

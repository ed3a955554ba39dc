import { readFileSync } from "node:fs";
import { isProcessIdentity, isSame, type ProcessIdentity } from "../host/process-identity.ts";
import type { HomePaths } from "./paths.ts";

/** What the owner of a lock tells the others. It is for messages: the lock itself lies elsewhere. */
export interface LockRecord {
  readonly owner: ProcessIdentity;
  readonly since: string;
  /** Where the service listens; null until it does. */
  readonly port: number | null;
  readonly cwd: string;
}

/** null where there is none, where it is damaged, and where its owner has ended, even if its pid lives on in another. */
export const readLockRecord = (paths: Pick<HomePaths, "lockRecord">): LockRecord | null => {
  const record = parse(paths.lockRecord);
  return isLockRecord(record) && isSame(record.owner) ? record : null;
};

const parse = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
};

const isLockRecord = (value: unknown): value is LockRecord =>
  typeof value === "object" &&
  value !== null &&
  "owner" in value &&
  isProcessIdentity(value.owner) &&
  "since" in value &&
  typeof value.since === "string" &&
  "port" in value &&
  (value.port === null || typeof value.port === "number") &&
  "cwd" in value &&
  typeof value.cwd === "string";

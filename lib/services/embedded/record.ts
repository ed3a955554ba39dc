import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../home/atomic-file.ts";
import { isProcessIdentity, isSame, type ProcessIdentity } from "../../host/process-identity.ts";
import type { Places } from "./places.ts";

/** What a next start must know of a running server to take it over or to end it. */
export interface ServerRecord {
  readonly server: ProcessIdentity;
  readonly kind: "package" | "path";
  /** "18.4" */
  readonly version: string;
  readonly socketDir: string;
  readonly maxConnections: number;
}

export const writeRecord = (places: Places, record: ServerRecord): void =>
  replaceFile(places.record, `${JSON.stringify(record)}\n`);

/** null where there is none, where it is damaged, and where its server has ended, even if its pid lives on in another. */
export const readLiveRecord = (places: Places): ServerRecord | null => {
  const record = readJson(places.record);
  return isServerRecord(record) && isSame(record.server) ? record : null;
};

/** The server's own word on its state (`postmaster.pid`, line 8); null while it has said nothing for this process. */
export const postmasterState = (places: Places, pid: number): PostmasterState | null => {
  const lines = readText(join(places.data, "postmaster.pid"))?.split("\n") ?? [];
  if (lines[0]?.trim() !== String(pid)) return null;
  const state = lines[7]?.trim();
  return state === "ready" || state === "stopping" ? state : "starting";
};

export type PostmasterState = "starting" | "ready" | "stopping";

/** "18" of `PG_VERSION`; null where there is no data folder yet. */
export const dataMajor = (places: Places): string | null => readText(join(places.data, "PG_VERSION"))?.trim() ?? null;

const isServerRecord = (value: unknown): value is ServerRecord =>
  typeof value === "object" &&
  value !== null &&
  "server" in value &&
  isProcessIdentity(value.server) &&
  "kind" in value &&
  (value.kind === "package" || value.kind === "path") &&
  "version" in value &&
  typeof value.version === "string" &&
  "socketDir" in value &&
  typeof value.socketDir === "string" &&
  "maxConnections" in value &&
  typeof value.maxConnections === "number";

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
};

const readText = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

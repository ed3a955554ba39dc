import { readFileSync, rmSync } from "node:fs";
import { isProcessIdentity, type ProcessIdentity } from "../host/process-identity.ts";
import { replaceFileSoon } from "./atomic-file.ts";
import { homeError } from "./home-error.ts";
import type { HomePaths } from "./paths.ts";

/** The processes of a running instance: how the next start finds what a killed master left behind. */
export interface RunRecord {
  readonly master: ProcessIdentity;
  readonly workers: readonly RunningWorker[];
  /** How far the change under way has come. */
  readonly step?: ReachedStep | null;
}

export interface ReachedStep {
  /** Of its line: `step.switched`. */
  readonly code: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface RunningWorker {
  readonly slot: number;
  readonly generation: number;
  readonly identity: ProcessIdentity;
}

export interface RunRecordWriter {
  /** Resolves when this record or a newer one is written. Throws E_HOME; the record before stays whole. */
  write(record: RunRecord): Promise<void>;
  /** Waits for what is being written, then removes the record: every process of it has ended. */
  remove(): Promise<void>;
}

/** One write at a time; while it runs only the newest record waits. */
export const createRunRecordWriter = ({ runRecord: path }: Pick<HomePaths, "runRecord">): RunRecordWriter => {
  let newest: RunRecord | null = null;
  let last: Promise<void> = Promise.resolve();
  const writeNewest = async (): Promise<void> => {
    const record = newest;
    if (record === null) return;
    newest = null;
    await replaceFileSoon(path, `${JSON.stringify(record)}\n`).catch((error: unknown) => {
      throw homeError(path, error);
    });
  };
  return {
    write: (record) => {
      newest = record;
      last = last.catch(() => {}).then(writeNewest);
      return last;
    },
    remove: async () => {
      newest = null;
      await last.catch(() => {});
      rmSync(path, { force: true });
    },
  };
};

/** null where there is none, or a damaged one. Says nothing about who of them still lives. */
export const readRunRecord = ({ runRecord: path }: Pick<HomePaths, "runRecord">): RunRecord | null => {
  try {
    const record: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isRunRecord(record) ? record : null;
  } catch {
    return null;
  }
};

const isRunRecord = (value: unknown): value is RunRecord =>
  typeof value === "object" &&
  value !== null &&
  "master" in value &&
  isProcessIdentity(value.master) &&
  "workers" in value &&
  Array.isArray(value.workers) &&
  value.workers.every(isRunningWorker) &&
  (!("step" in value) || value.step === null || isReachedStep(value.step));

const isReachedStep = (value: unknown): value is ReachedStep =>
  typeof value === "object" &&
  value !== null &&
  "code" in value &&
  typeof value.code === "string" &&
  "at" in value &&
  typeof value.at === "string";

const isRunningWorker = (value: unknown): value is RunningWorker =>
  typeof value === "object" &&
  value !== null &&
  "slot" in value &&
  typeof value.slot === "number" &&
  "generation" in value &&
  typeof value.generation === "number" &&
  "identity" in value &&
  isProcessIdentity(value.identity);

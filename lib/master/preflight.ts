import { readCapacity } from "../host/capacity.ts";
import { proportionalMemoryBytes } from "../host/proportional-memory.ts";
import { DashdError, type Message } from "../errors.ts";
import { type Finding, strictly } from "../preflight/finding.ts";
import type { FleetFound } from "../preflight/host-sums.ts";
import type { PostgresFound } from "../preflight/postgres-sums.ts";
import { sumsOf } from "../preflight/sums.ts";
import { type Surge, surgeOf } from "../preflight/surge.ts";
import type { Profile } from "../profile/schema.ts";
import type { ServiceReadings } from "./service-watch.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** The sums of a stage, made with what the master sees at this moment. */
export type Preflight = (profile: Profile, inForce: Profile | null) => Promise<Preflighted>;

export interface Preflighted {
  readonly sums: readonly Finding[];
  readonly surge: Surge;
}

export interface PreflightDependencies {
  /** Whose file system the home is on. */
  readonly folder: string;
  readonly databaseUrl: string | null;
  readonly services: () => ServiceReadings;
  readonly records: () => readonly WorkerRecord[];
  /** Warnings are refusals. */
  readonly isStrict: boolean;
}

export const createPreflight =
  ({ folder, databaseUrl, services, records, isStrict }: PreflightDependencies): Preflight =>
  async (profile, inForce) => {
    const found = {
      host: readCapacity(folder),
      fleet: fleetOf(records()),
      redis: services().redis,
      postgres: databaseUrl === null ? null : await lookAtPostgres(databaseUrl),
    };
    const sums = sumsOf(profile, inForce, found);
    return {
      sums: isStrict ? strictly(sums) : sums,
      surge: inForce === null ? { mode: "whole" } : surgeOf(profile, inForce, found),
    };
  };

/** Throws E_PREFLIGHT with every sum that does not hold. */
export const mustFit = (stage: number, findings: readonly Finding[]): void => {
  const refusals = findings.filter(({ level }) => level === "refuse");
  if (refusals.length === 0) return;
  throw new DashdError(
    "E_PREFLIGHT",
    { stage, count: refusals.length },
    {
      hint: `dashd plan --stage ${stage}`,
      details: refusals.map(said),
    },
  );
};

export const warningsOf = (findings: readonly Finding[]): readonly Message[] =>
  findings.filter(({ level }) => level === "warn").map(said);

const said = ({ subject, found, needed, advice }: Finding): Message => ({
  code: "preflight.finding",
  facts: { ...advice?.facts, subject, found, needed, advice: advice?.code ?? null },
});

const fleetOf = (records: readonly WorkerRecord[]): FleetFound => {
  const ready = records.filter(({ state }) => state === "ready");
  const sizes = ready.slice(0, measuredAtMost).flatMap(({ pid }) => proportionalMemoryBytes(pid) ?? []);
  return { workers: ready.length, workerBytes: sizes.length === 0 ? null : Math.max(...sizes) };
};

const lookAtPostgres = async (url: string): Promise<PostgresFound> => {
  const { findPostgres } = await import("../services/postgres/read-server.ts");
  return findPostgres(url, deadlineMs);
};

/** About a millisecond each, in the master's own turn. */
const measuredAtMost = 16;
const deadlineMs = 2_000;

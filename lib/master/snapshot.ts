import type { Message } from "../errors.ts";
import { judge } from "../health/indicators.ts";
import { serves } from "../protocol/serves.ts";
import type { CacheFigures, InstanceState, LimitRow, LoadFigures, Snapshot, WorkerRow } from "../protocol/snapshot.ts";
import type { DoorFigures } from "./door.ts";
import type { InForce } from "./change.ts";
import { circumstancesOf } from "./circumstances.ts";
import type { HealthReadings } from "./health-watch.ts";
import type { PhaseName } from "./phase.ts";
import { driftOf } from "./readback.ts";
import { responseCacheFigures } from "./response-cache-figures.ts";
import type { SlotHistory } from "./restart-policy.ts";
import { serviceFigures, type ServiceSources } from "./service-figures.ts";
import type { ServiceReadings } from "./service-watch.ts";
import type { TrafficFigures } from "./traffic.ts";
import { isLate, type WorkerRecord } from "./worker-record.ts";

/** Everything a snapshot is made of, at one moment. */
export interface SnapshotSources {
  readonly nowMs: number;
  /** What the instance is doing; `held` becomes `degraded` here when the figures say so. */
  readonly phase: PhaseName;
  readonly inForce: InForce;
  readonly limits: readonly LimitRow[];
  readonly proof: Snapshot["proof"];
  readonly records: readonly WorkerRecord[];
  /** Workers of the generation in force that are wanted: fewer than the profile's while a change rolls. */
  readonly wanted: number;
  readonly historyOf: (generation: number, slot: number) => SlotHistory;
  readonly connectionsOf: (workerId: number) => number;
  readonly door: DoorFigures;
  readonly traffic: TrafficFigures;
  readonly services: ServiceReadings & Pick<ServiceSources, "embedded">;
  readonly host: Snapshot["host"];
  readonly since: string;
  readonly url: string;
  readonly adminUrl: string;
  readonly master: Snapshot["master"];
  readonly warnings: readonly Message[];
  /** The code on disk is no longer what the generation runs. */
  readonly appDrifted: boolean;
  readonly health: HealthReadings;
}

/** The instance as every view shows it. Pure. */
export const composeSnapshot = (sources: SnapshotSources): Snapshot => {
  const { inForce, limits } = sources;
  const { profile, app, id: generation } = inForce.generation;
  const workers = workerRows(sources);
  const load = loadFigures(sources, workers);
  const drift = driftOf(limits);
  const services = serviceFigures({
    ...sources.services,
    records: sources.records,
    profile,
    queryP95Ms: sources.traffic.queryP95Ms,
  });
  const serving = sources.records.filter((record) => record.generation === generation);
  return {
    schemaVersion: 1,
    state: stateOf(sources, workers, drift, services),
    stage: profile.stage,
    revision: inForce.revision,
    generation,
    since: sources.since,
    mode: "production",
    url: sources.url,
    adminUrl: sources.adminUrl,
    app: { path: app.path, fingerprint: app.fingerprint, sealed: app.sealed?.copy ?? null },
    master: sources.master,
    limits,
    drift: sources.appDrifted ? [...drift, "app"] : drift,
    proof: sources.proof,
    workers,
    load,
    host: sources.host,
    services,
    cache: cacheFigures(sources),
    responseCache: responseCacheFigures(sources.traffic.responseCache, sources.records),
    indicators: judge({
      profile,
      ladder: sources.health.ladder,
      held: sources.health.levels,
      nowMs: sources.nowMs,
      circumstances: circumstancesOf({ ...sources, serving, host: sources.health.host }),
      figures: {
        ...sources.host,
        responseP95Ms: load.p95Ms,
        errorRate: load.errorRate,
        redis: services.redis,
        postgresPoolBusy: poolBusy(services.postgres, serving),
        busyWorkers: load.busyWorkers,
        held: load.held,
        queued: load.queued,
        heldForSec: sources.door.heldForSec,
        refusedLastMinute: sources.traffic.refusedLastMinute,
        users: load.users,
      },
    }),
    capacity: sources.health.capacity,
    warnings: [
      ...(services.upstream === null ? [] : [unproven]),
      ...ofChangedCode(workers, generation),
      ...sources.warnings,
    ],
  };
};

const cacheFigures = ({ traffic, records }: Pick<SnapshotSources, "traffic" | "records">): CacheFigures | null => {
  if (traffic.cache === null) return null;
  const kept = records.flatMap(({ state, beat }) => (state === "ended" ? [] : (beat?.cache ?? [])));
  const total = (name: "bytes" | "entries"): number => kept.reduce((all, each) => all + each[name], 0);
  return { ...traffic.cache, bytes: total("bytes"), entries: total("entries") };
};

/** Goes with the generation. */
const ofChangedCode = (workers: readonly WorkerRow[], generation: number): readonly Message[] => {
  const slots = workers.filter((worker) => worker.generation === generation && worker.changedCode);
  if (slots.length === 0) return [];
  return [{ code: "warning.changed-code", facts: { slots: slots.map(({ slot }) => String(slot)) } }];
};

/** Limits are held in front of it; what it does with the requests is not ours to prove. */
const unproven: Message = { code: "warning.upstream-unproven", facts: {} };

const stateOf = (
  { phase, inForce }: SnapshotSources,
  workers: readonly WorkerRow[],
  drift: readonly string[],
  services: Snapshot["services"],
): InstanceState => {
  if (phase !== "serving") return phase;
  const { id, profile } = inForce.generation;
  const serving = workers.filter((worker) => worker.generation === id && serves(worker));
  const sick = [services.redis, services.postgres].some(({ state }) => state === "down" || state === "slow");
  // A slow upstream is what its own figures say; that it cannot be reached is ours to say.
  const isLost = services.upstream?.state === "down";
  return serving.length < profile.workers || drift.length > 0 || sick || isLost ? "degraded" : "held";
};

/** Of the serving generation: one that drains holds its own share for a while. */
const poolBusy = ({ pool }: Snapshot["services"]["postgres"], serving: readonly WorkerRecord[]): number | null => {
  if (pool === null || pool.budget === 0) return null;
  return serving.reduce((sum, { beat }) => sum + (beat?.postgres?.busy ?? 0), 0) / pool.budget;
};

/** A late worker is not a lost one: on a busy host beats come late (TRAPS 37). */
const workerRows = (sources: SnapshotSources): readonly WorkerRow[] => {
  const rows = sources.records.filter((record) => record.state !== "ended").map((record) => workerRow(record, sources));
  const { id } = sources.inForce.generation;
  const taken = new Set(rows.filter((row) => row.generation === id).map((row) => row.slot));
  const empty = Array.from({ length: sources.wanted }, (_, index) => index + 1).filter((slot) => !taken.has(slot));
  return [...rows, ...empty.map((slot) => emptyRow(slot, sources))].sort(
    (a, b) => a.generation - b.generation || a.slot - b.slot,
  );
};

const workerRow = (record: WorkerRecord, { nowMs, historyOf, connectionsOf }: SnapshotSources): WorkerRow => ({
  slot: record.slot,
  pid: record.pid,
  generation: record.generation,
  state: isLate(record, nowMs) ? "late" : stateWord(record.state),
  connections: connectionsOf(record.id),
  inFlight: record.beat?.inFlight ?? 0,
  queued: record.beat?.queued ?? 0,
  served: record.beat?.served ?? 0,
  restarts: historyOf(record.generation, record.slot).restarts,
  rssBytes: record.beat?.rssBytes ?? null,
  loopDelayP99Ms: record.beat?.loopDelayP99Ms ?? null,
  utilization: record.beat?.utilization ?? null,
  uptimeSec: Math.round((nowMs - record.bornAtMs) / 1_000),
  changedCode: record.changedCode,
});

const stateWord = (state: WorkerRecord["state"]): WorkerRow["state"] => {
  switch (state) {
    case "booting":
    case "ready":
    case "hung":
      return state;
    case "draining":
    case "killed":
    case "ended":
      return "draining";
  }
};

/** A slot between two workers: waiting for its back-off. */
const emptyRow = (slot: number, { inForce, historyOf }: SnapshotSources): WorkerRow => ({
  slot,
  pid: 0,
  generation: inForce.generation.id,
  state: "backing-off",
  connections: 0,
  inFlight: 0,
  queued: 0,
  served: 0,
  restarts: historyOf(inForce.generation.id, slot).restarts,
  rssBytes: null,
  loopDelayP99Ms: null,
  utilization: null,
  uptimeSec: 0,
  changedCode: false,
});

const loadFigures = ({ door, traffic, inForce }: SnapshotSources, workers: readonly WorkerRow[]): LoadFigures => {
  const slots = inForce.generation.profile.requestsPerWorker;
  return {
    connections: door.open,
    held: door.held,
    inFlight: sum(workers, "inFlight"),
    busyWorkers: workers.filter((worker) => worker.inFlight >= slots).length,
    queued: sum(workers, "queued"),
    requestsPerSec: traffic.requestsPerSec,
    p50Ms: traffic.p50Ms,
    p95Ms: traffic.p95Ms,
    p99Ms: traffic.p99Ms,
    waitP95Ms: traffic.waitP95Ms,
    errorRate: traffic.errorRate,
    users: traffic.users,
    served: traffic.served,
    refused: traffic.refused,
    timedOut: traffic.timedOut,
    shed: traffic.shed,
  };
};

const sum = (workers: readonly WorkerRow[], key: "inFlight" | "queued"): number =>
  workers.reduce((total, worker) => total + worker[key], 0);

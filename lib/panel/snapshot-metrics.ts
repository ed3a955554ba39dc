import type { IndicatorLevel, InstanceState, LimitValue, Snapshot, WorkerState } from "../protocol/snapshot.ts";
import { counter, type Family, gauge, one, type Sample } from "./metric-family.ts";

/** What the snapshot says of the instance, its workers and its limits. Pure; what is unknown has no sample. */
export const instanceFamilies = (snapshot: Snapshot): readonly Family[] => {
  const { stage, revision, generation, state, workers, load, limits, indicators, master, mode, host } = snapshot;
  const declared = (name: string): number | null => numeric(limits.find((row) => row.name === name)?.declared ?? null);
  return [
    gauge("dashd_info", "Who answers; always 1.", one(1, { version: master.version, node: master.node, mode })),
    gauge("dashd_stage", "The stage in force.", one(stage)),
    gauge("dashd_revision", "The revision in force.", one(revision)),
    gauge("dashd_generation", "The generation in force.", one(generation)),
    gauge("dashd_uptime_seconds", "How long the master has run.", one(master.uptimeSec)),
    gauge("dashd_state", "1 for the state that the instance is in.", states.map(oneHot(state, "state"))),
    gauge("dashd_workers", "Workers of all generations by state.", countsOf(snapshot)),
    gauge("dashd_workers_limit", "Workers as declared.", one(declared("workers"))),
    gauge("dashd_connections", "Open client connections handed to workers.", one(load.connections)),
    gauge("dashd_connections_limit", "Connections as declared.", one(declared("connections"))),
    gauge("dashd_connections_held", "Connections held at the door.", one(load.held)),
    gauge("dashd_queue_length", "Requests waiting for a request slot.", one(load.queued)),
    gauge("dashd_queue_limit", "The queue as declared.", one(declared("queue.max"))),
    gauge("dashd_requests_in_flight", "Requests that have a request slot.", one(load.inFlight)),
    gauge("dashd_busy_workers", "Workers without a free request slot.", one(load.busyWorkers)),
    gauge("dashd_users_online", "Distinct users of the last five minutes.", one(load.users)),
    gauge("dashd_response_p95_seconds", "Response time, 95th percentile of the last minute.", one(seconds(load.p95Ms))),
    gauge("dashd_error_ratio", "Share of 5xx in the last minute, refusals included.", one(load.errorRate)),
    counter("dashd_worker_restarts_total", "Workers of a slot that ended unasked.", perWorker(workers, "restarts")),
    gauge("dashd_worker_resident_memory_bytes", "Resident memory of a worker.", perWorker(workers, "rssBytes")),
    gauge("dashd_worker_connections", "Connections of a worker.", perWorker(workers, "connections")),
    gauge("dashd_worker_utilization_ratio", "Busy share of a worker's event loop.", perWorker(workers, "utilization")),
    gauge("dashd_worker_loop_delay_p99_seconds", "Event loop delay of a worker, 99th percentile.", loopDelays(workers)),
    gauge("dashd_limit", "Limits as declared, effective, and proven.", limits.flatMap(limitSamples)),
    gauge(
      "dashd_drift",
      "1 where declared and effective differ.",
      limits.flatMap(({ name, drift }) => one(drift ? 1 : 0, { limit: name })),
    ),
    gauge(
      "dashd_drifting",
      "How many limits drift; code on disk that differs counts as one.",
      one(snapshot.drift.length),
    ),
    gauge(
      "dashd_indicator",
      "What an indicator of the stage is at, in its own unit: shares 0 to 1, times in milliseconds.",
      indicators.flatMap(({ name, value }) => one(numeric(value), { indicator: name })),
    ),
    gauge(
      "dashd_indicator_level",
      "0 ok, 1 warn, 2 critical; no sample while there is nothing to judge.",
      indicators.flatMap(({ name, level }) => one(levels[level], { indicator: name })),
    ),
    gauge("dashd_host_cpu_ratio", "Busy share of the host's CPU.", one(host.cpu)),
    gauge("dashd_host_memory_ratio", "Share of the host's memory in use.", one(host.memory)),
    gauge("dashd_host_disk_io_ratio", "Busy share of the busiest disk.", one(host.diskIo)),
    gauge("dashd_warnings", "Warnings that status shows.", one(snapshot.warnings.length)),
  ];
};

/** Redis, PostgreSQL and the upstream; nothing of those that are off. Pure. */
export const serviceFamilies = ({ services: { redis, postgres, upstream } }: Snapshot): readonly Family[] => {
  const all = { redis, postgres, ...(upstream === null ? {} : { upstream }) };
  const used = Object.entries(all).filter(([, { state }]) => state !== "off");
  return [
    gauge(
      "dashd_service_up",
      "1 while a service answers as it should, 0 while it is slow or down.",
      used.flatMap(([service, { state }]) => one(state === "up" || state === "embedded" ? 1 : 0, { service })),
    ),
    gauge(
      "dashd_service_latency_seconds",
      "What one short question to it takes the master.",
      used.flatMap(([service, { latencyMs }]) => one(seconds(latencyMs), { service })),
    ),
    gauge("dashd_redis_hit_ratio", "Share of keys that Redis found.", one(redis.hitRate)),
    gauge("dashd_redis_memory_ratio", "Share of Redis' own maxmemory in use.", one(redis.memory)),
    gauge("dashd_postgres_pool_limit", "Connections to PostgreSQL as shared out.", one(postgres.pool?.budget ?? null)),
    gauge("dashd_postgres_pool_open", "Open connections to PostgreSQL.", one(postgres.pool?.open ?? null)),
    gauge("dashd_postgres_pool_busy", "Busy connections to PostgreSQL.", one(postgres.pool?.busy ?? null)),
    gauge("dashd_postgres_pool_waiting", "Queries that wait for one.", one(postgres.pool?.waiting ?? null)),
  ];
};

type Workers = Snapshot["workers"];

const states: readonly InstanceState[] = ["starting", "held", "changing", "degraded", "draining"];
const workerStates: readonly WorkerState[] = ["booting", "ready", "late", "hung", "draining", "backing-off"];
const levels: Readonly<Record<IndicatorLevel, number | null>> = { ok: 0, warn: 1, critical: 2, unknown: null };

const oneHot =
  (current: string, label: string) =>
  (value: string): Sample => ({ value: value === current ? 1 : 0, labels: { [label]: value } });

const countsOf = ({ workers }: Snapshot): readonly Sample[] =>
  workerStates.map((state) => ({
    value: workers.filter((worker) => worker.state === state).length,
    labels: { state },
  }));

const perWorker = (workers: Workers, key: "restarts" | "rssBytes" | "connections" | "utilization"): readonly Sample[] =>
  workers.flatMap((worker) => one(worker[key], labelsOf(worker)));

const loopDelays = (workers: Workers): readonly Sample[] =>
  workers.flatMap((worker) => one(seconds(worker.loopDelayP99Ms), labelsOf(worker)));

const labelsOf = ({ slot, generation }: Workers[number]) => ({ slot, generation });

const limitSamples = ({ name, declared, effective, proven }: Snapshot["limits"][number]): readonly Sample[] =>
  Object.entries({ declared, effective, proven }).flatMap(([kind, value]) =>
    one(numeric(value), { limit: name, kind }),
  );

const numeric = (value: LimitValue): number | null => (typeof value === "number" ? value : null);
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

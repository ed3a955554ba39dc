import type { Message } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import type { PostgresFigures, RedisFigures, ServiceState, Snapshot } from "../protocol/snapshot.ts";
import type { ServiceReadings } from "./service-watch.ts";
import type { WorkerRecord } from "./worker-record.ts";

export interface ServiceSources extends ServiceReadings {
  /** PostgreSQL is the one that dashd brought up itself. */
  readonly embedded: boolean;
  readonly records: readonly WorkerRecord[];
  readonly profile: Pick<Profile, "postgres">;
  readonly queryP95Ms: number | null;
}

/** The services as status shows them: the master's look, and what the workers found. Pure. */
export const serviceFigures = (sources: ServiceSources): Snapshot["services"] => ({
  redis: redisFigures(sources),
  postgres: postgresFigures(sources),
  upstream: sources.upstream,
});

const redisFigures = ({ redis, records }: ServiceSources): RedisFigures => {
  if (redis === null) return redisOff;
  const { latencyMs, hitRate, memory, evictions, role, lagSec } = redis;
  const { state, reason } = withFaults("Redis", redis, faultsOf(records, "redis"));
  return { state, reason, latencyMs, hitRate, memory, evictions, role, lagSec };
};

const postgresFigures = ({ postgres, embedded, records, profile, queryP95Ms }: ServiceSources): PostgresFigures => {
  if (postgres === null) return postgresOff;
  const beats = records.flatMap(({ state, beat }) => {
    const own = state === "ended" ? null : (beat?.postgres ?? null);
    return own === null ? [] : [own];
  });
  const sum = (key: "open" | "busy" | "waiting"): number => beats.reduce((total, beat) => total + beat[key], 0);
  const { state, reason } = withFaults("PostgreSQL", postgres, faultsOf(records, "postgres"));
  return {
    state: state === "up" && embedded ? "embedded" : state,
    reason,
    latencyMs: postgres.latencyMs,
    queryP95Ms,
    pool: { budget: profile.postgres.connections, open: sum("open"), busy: sum("busy"), waiting: sum("waiting") },
  };
};

/** The master may reach what workers cannot: all connections used up, say, with its own kept. */
const withFaults = (
  service: string,
  { state, reason }: { readonly state: ServiceState; readonly reason: Message | null },
  faults: readonly string[],
): { readonly state: ServiceState; readonly reason: Message | null } => {
  const fault = faults[0];
  if (state !== "up" || fault === undefined) return { state, reason };
  return {
    state: "slow",
    reason: { code: "sick.refused-workers", facts: { service, fault, workers: faults.length } },
  };
};

const faultsOf = (records: readonly WorkerRecord[], name: "postgres" | "redis"): readonly string[] =>
  records.flatMap(({ state, beat }) => {
    const fault = state === "ready" ? (beat?.[name]?.fault ?? null) : null;
    return fault === null ? [] : [fault];
  });

const redisOff: RedisFigures = {
  state: "off",
  reason: null,
  latencyMs: null,
  hitRate: null,
  memory: null,
  evictions: null,
  role: null,
  lagSec: null,
};

const postgresOff: PostgresFigures = { state: "off", reason: null, latencyMs: null, queryP95Ms: null, pool: null };

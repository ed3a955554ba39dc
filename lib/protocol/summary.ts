import type { Message } from "../errors.ts";
import { serves } from "./serves.ts";
import type { Snapshot } from "./snapshot.ts";

/** The facts of the one sentence that `status` begins with. */
export const summaryOf = (snapshot: Snapshot): Message => {
  const { state, mode, stage, revision, generation, workers, load, services, drift } = snapshot;
  const wanted = declared(snapshot, "workers");
  return {
    code: mode === "production" ? "status.summary" : "status.summary-dev",
    facts: {
      state,
      // OK is said of an instance that holds its stage, and of nothing else.
      ok: state === "held" && drift.length === 0,
      stage,
      revision,
      generation,
      ready: slotsServed(workers, wanted),
      workers: wanted,
      connections: load.connections,
      connectionLimit: declared(snapshot, "connections"),
      held: load.held,
      queued: load.queued,
      p95Ms: load.p95Ms,
      errorRate: load.errorRate,
      users: load.users,
      postgres: services.postgres.state,
      redis: services.redis.state,
      upstream: services.upstream?.state ?? null,
      drift,
    },
  };
};

/** In a change, and while a worker is replaced, a slot has two: it counts once. */
const slotsServed = (workers: Snapshot["workers"], wanted: number | string | null): number =>
  new Set(
    workers
      .filter(serves)
      .map(({ slot }) => slot)
      .filter((slot) => typeof wanted !== "number" || slot <= wanted),
  ).size;

const declared = (snapshot: Snapshot, name: string): number | string | null =>
  snapshot.limits.find((row) => row.name === name)?.declared ?? null;

import type { BlackBox } from "../../protocol/black-box.ts";
import type { DrillBegun } from "../../protocol/drill.ts";
import type { Bounds } from "../../protocol/drill-promises.ts";
import { serves } from "../../protocol/serves.ts";
import type { Snapshot, WorkerRow } from "../../protocol/snapshot.ts";

/** One request of a user of the drill. Times are of the host's monotonic clock, in ms. */
export interface Asked {
  readonly path: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** null: there was no answer. */
  readonly status: number | null;
  /** Why there was none (reset, time-out, refused…). */
  readonly failure: string | null;
  /** On a connection of its own; the others keep theirs. */
  readonly fresh: boolean;
}

/** What one look at the instance showed, as far as drills care. */
export interface Look {
  readonly atMs: number;
  readonly state: Snapshot["state"];
  /** Of the generation in force. */
  readonly workers: readonly Pick<WorkerRow, "slot" | "pid" | "state" | "restarts">[];
  readonly redis: string;
  readonly postgres: string;
  /** Code of the reason why it is not well. */
  readonly redisReason: string | null;
  readonly postgresReason: string | null;
  /** To PostgreSQL, of all workers. */
  readonly poolOpen: number;
  readonly connections: number;
  readonly held: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly shed: number;
  /** `/readyz` of the admin port; null: it was not asked. */
  readonly ready: boolean | null;
}

/** All that was seen of a drill. */
export interface Seen {
  readonly bounds: Bounds;
  readonly begun: DrillBegun;
  readonly before: Look;
  /** Since it began, oldest first. */
  readonly looks: readonly Look[];
  /** Before it, too. */
  readonly asked: readonly Asked[];
  /** When the fault was ended; where nobody had to, when it began. */
  readonly restoredAtMs: number;
  /** Of the worker that was struck. */
  readonly box: BlackBox | null;
}

export const lookOf = (snapshot: Snapshot, atMs: number, ready: boolean | null): Look => {
  const { state, generation, workers, services, load } = snapshot;
  return {
    atMs,
    state,
    workers: workers
      .filter((worker) => worker.generation === generation)
      .map(({ slot, pid, state: is, restarts }) => ({ slot, pid, state: is, restarts })),
    redis: services.redis.state,
    postgres: services.postgres.state,
    redisReason: services.redis.reason?.code ?? null,
    postgresReason: services.postgres.reason?.code ?? null,
    poolOpen: services.postgres.pool?.open ?? 0,
    connections: load.connections,
    held: load.held,
    refused: load.refused,
    timedOut: load.timedOut,
    shed: load.shed,
    ready,
  };
};

/** An answer of the app, if only to say that something is not there. Before the fault there is none else. */
export const isWell = ({ status }: Asked): boolean => status !== null && status < 500;

export const tookMs = ({ startedAtMs, endedAtMs }: Asked): number => endedAtMs - startedAtMs;

export const slowestMs = (asked: readonly Asked[]): number | null =>
  asked.length === 0 ? null : Math.round(Math.max(...asked.map(tookMs)));

/** As good as it was before. */
export const isAsBefore = (look: Look, before: Look): boolean =>
  look.state === before.state &&
  look.redis === before.redis &&
  look.postgres === before.postgres &&
  look.workers.filter(serves).length >= before.workers.filter(serves).length;

/** From when on every look and every request was as good as before; null: the last of them was not. */
export const wellFromMs = ({ looks, before, asked }: Seen, fromMs: number): number | null => {
  const later = looks.filter(({ atMs }) => atMs >= fromMs);
  const lastBad = later.findLastIndex((look) => !isAsBefore(look, before));
  const first = later[lastBad + 1];
  if (first === undefined) return null;
  const lastFault = asked.findLast((one) => !isWell(one) && one.startedAtMs >= first.atMs);
  if (lastFault === undefined) return first.atMs;
  return later.find(({ atMs }) => atMs > lastFault.endedAtMs)?.atMs ?? null;
};

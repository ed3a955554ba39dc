import { callbackify } from "node:util";
import type pg from "pg";
import PgPool from "pg-pool";
import { createHistogram, type SparseHistogram } from "../../histogram.ts";
import type { FilledPool } from "../../protocol/worker-messages.ts";
import { ServiceError } from "../service-error.ts";
import { createBreaker } from "./breaker.ts";
import { createCountedClients } from "./counted-client.ts";
import { hasAnswered } from "./faults.ts";
import { createPoolFill } from "./fill-pool.ts";

/** A worker's share of the stage's connections to PostgreSQL. */
export interface Postgres {
  /** What the app gets as `context.postgres`: a pg-pool that fails fast. */
  readonly pool: PostgresPool;
  /** Read from the pool itself. */
  max(): number;
  take(): PostgresFigures;
  /** The master's probe says that the server is away, or back. */
  trip(isDown: boolean): void;
  /** All its connections, and one more if it can be had, are taken for a moment. Never rejects. */
  fill(): Promise<FilledPool>;
  /** They come back; so they do by themselves after some seconds. */
  empty(): void;
  /** A drill: who gets a connection keeps it so long before it is used; 0 ends it. */
  delay(delayMs: number): void;
  /** Ends idle connections at once and the others as they come back; bounded. */
  close(): Promise<void>;
}

export type PostgresPool = PgPool<pg.Client>;

export interface PostgresFigures {
  readonly open: number;
  readonly busy: number;
  readonly waiting: number;
  /** Since the last time they were taken. */
  readonly queryMs: SparseHistogram;
  /** Why queries fail at once, as {@link Breaker.fault}; null while they go through. */
  readonly fault: string | null;
}

export interface PostgresOptions {
  readonly url: string;
  /** This worker's share, at least 1. */
  readonly max: number;
  /** Seen in `pg_stat_activity`: which slot and generation. */
  readonly applicationName: string;
  readonly now: () => number;
}

/**
 * Deadlines on everything: 5 s to get a connection, 10 s for a statement on the server and 11 s for its answer here (a
 * parameter `statement_timeout` or `query_timeout` of the URL goes before), 30 s of idleness and 30 minutes of life.
 */
export const createPostgres = ({ url, max, applicationName, now }: PostgresOptions): Postgres => {
  const breaker = createBreaker();
  const queryMs = createHistogram();
  const counted = createCountedClients(() => internals._pulseQueue());
  const pool: PostgresPool = new PgPool<pg.Client>(
    {
      connectionTimeoutMillis: deadlines.connectMs,
      statement_timeout: deadlines.statementMs,
      query_timeout: deadlines.queryMs,
      // What the URL says goes before what stands above it here (pg's own order).
      connectionString: url,
      application_name: applicationName,
      max,
      idleTimeoutMillis: deadlines.idleMs,
      maxLifetimeSeconds: deadlines.lifetimeMs / 1_000,
      keepAlive: true,
    },
    counted.Client,
  );
  const internals = pool as unknown as PoolInternals;
  // A pool counts its own; what the server may still have counts too.
  const isFull = internals._isFull.bind(pool);
  internals._isFull = () => isFull() || counted.open() >= max;
  // Without a listener the end of an idle backend ends the process (TRAPS 12), that of a busy one too.
  pool.on("error", () => undefined);
  pool.on("release", (error: Error | undefined, client) => {
    if (error !== undefined) counted.broken(client);
  });
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    // A backend whose client has gone shall not hold its place until its statement ends. Unknown before PostgreSQL 14.
    client.query("SET client_connection_check_interval = '1s'").catch(() => undefined);
  });

  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  let delayMs = 0;
  const checkOut = async (): Promise<pg.PoolClient> => {
    try {
      const client = await connect();
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return client;
    } catch (error) {
      if (error instanceof Error && error.message === waitedTooLong) throw busy(max);
      throw error;
    }
  };
  const query = async (parameters: QueryParameters): Promise<unknown> => {
    const startedAtMs = now();
    const client = await checkOut();
    try {
      const result = await (client.query as (...all: QueryParameters) => Promise<unknown>)(...parameters);
      client.release();
      return result;
    } catch (error) {
      client.release(hasAnswered(error) ? undefined : (error as Error));
      throw error;
    } finally {
      queryMs.record(now() - startedAtMs);
    }
  };

  pool.connect = ((callback?: ConnectCallback) => {
    if (callback === undefined) return breaker.run(checkOut);
    callbackify(() => breaker.run(checkOut))((error, client) => {
      callback(error ?? undefined, client, (reason) => client.release(reason));
    });
    return undefined;
  }) as typeof pool.connect;

  const queryOfPool = pool.query.bind(pool) as (...all: QueryParameters) => unknown;
  pool.query = ((...parameters: QueryParameters) => {
    // A cursor or a stream takes its connection through `connect` and gives it back itself.
    if (isSubmittable(parameters[0])) return queryOfPool(...parameters);
    const callback = callbackOf(parameters);
    if (callback === null) return breaker.run(() => query(parameters));
    callbackify(() => breaker.run(() => query(parameters.slice(0, -1))))(callback);
    return undefined;
  }) as typeof pool.query;

  const backends = (): readonly number[] => internals._clients.flatMap(({ processID }) => processID ?? []);
  const filling = createPoolFill({
    connect: () => pool.connect(),
    backends,
    opening: () => internals._clients.length - backends().length,
    share: max,
  });

  return {
    pool,
    max: () => pool.options.max,
    fill: filling.fill,
    empty: filling.empty,
    take: () => ({
      open: counted.open(),
      busy: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
      queryMs: queryMs.take(),
      fault: breaker.fault(),
    }),
    trip: (isDown) => {
      breaker.trip(isDown);
      if (!isDown) return;
      // Those that wait for a connection hold request slots of pages that need none.
      for (const { callback } of internals._pendingQueue.splice(0)) callback(silent());
    },
    delay: (ms) => {
      delayMs = ms;
    },
    close: async () => {
      if (pool.ended || pool.ending) return;
      await Promise.race([pool.end(), new Promise((resolve) => setTimeout(resolve, deadlines.closeMs).unref())]);
    },
  };
};

type QueryParameters = readonly unknown[];
type QueryCallback = (error: unknown, result?: unknown) => void;

const callbackOf = (parameters: QueryParameters): QueryCallback | null => {
  const last = parameters.at(-1);
  return typeof last === "function" ? (last as QueryCallback) : null;
};

type ConnectCallback = (error: Error | undefined, client: pg.PoolClient | undefined, done: Release) => void;
type Release = (error?: Error | boolean) => void;

/** pg-pool 3.14 offers no other way to hold it to what the server counts. */
interface PoolInternals {
  _isFull(): boolean;
  _pulseQueue(): void;
  /** The server's number of it is known once it is connected. */
  readonly _clients: readonly { readonly processID: number | null }[];
  readonly _pendingQueue: { readonly callback: (error: Error) => void }[];
}

const isSubmittable = (first: unknown): boolean =>
  typeof first === "object" && first !== null && "submit" in first && typeof first.submit === "function";

const busy = (max: number): ServiceError =>
  new ServiceError(
    "E_POSTGRES_BUSY",
    `all ${max} PostgreSQL connections of this worker were busy for ${deadlines.connectMs / 1_000} s`,
  );

const silent = (): ServiceError => new ServiceError("E_POSTGRES_DOWN", "PostgreSQL is not available (silent)");

/** pg-pool's word for a place in its queue that was waited for too long. */
const waitedTooLong = "timeout exceeded when trying to connect";

const deadlines = {
  connectMs: 5_000,
  statementMs: 10_000,
  queryMs: 11_000,
  idleMs: 30_000,
  lifetimeMs: 30 * 60_000,
  closeMs: 1_000,
};

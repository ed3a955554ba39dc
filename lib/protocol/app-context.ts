import type { Redis } from "ioredis";
import type { Client } from "pg";
import type PgPool from "pg-pool";
import type { Cache } from "./app-cache.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a hosted factory, `export default (context) => app`, is given. */
export interface Context {
  /**
   * A client of `REDIS_URL` (or of the Sentinels) that fails fast: each command within a second, at once while Redis is
   * away (`error.code` is E_REDIS_DOWN or E_REDIS_BUSY). null without one.
   */
  readonly redis: Redis | null;
  /**
   * A pool on `DATABASE_URL` with this worker's exact share of the stage's `postgres.connections`. Queries reject at once
   * with `error.code` E_POSTGRES_DOWN while the server is away, and with E_POSTGRES_BUSY after 5 s without a free
   * connection. null without one.
   */
  readonly postgres: PgPool<Client> | null;
  /** What the app keeps of its sources: memory, Redis and PostgreSQL, as far as they are configured. */
  readonly cache: Cache;
  /** Lines in the instance's log, tagged with this worker's slot. */
  readonly log: ContextLog;
  /** Fires when this worker drains: end streams and sockets that would stay open. */
  readonly signal: AbortSignal;
  readonly stage: number;
  /** This worker's stable number, 1..N. */
  readonly slot: number;
  /** True in exactly one worker of the instance; may change while it runs. For timers that must run once. */
  readonly leader: boolean;
  /** What `dashd status --json` shows, at most a second old. Rejects when the master does not answer within a second. */
  status(): Promise<Snapshot>;
}

export interface ContextLog {
  debug(...values: readonly unknown[]): void;
  info(...values: readonly unknown[]): void;
  warn(...values: readonly unknown[]): void;
  error(...values: readonly unknown[]): void;
}

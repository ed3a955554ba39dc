/** What one worker may do. Set at birth, never changed. Budgets are this worker's exact share of the instance's. */
export interface WorkerLimits {
  readonly requestsPerWorker: number;
  /** Share of `queue.max`. */
  readonly queueMax: number;
  /** The whole instance's limit: the worker is the second line behind the door. */
  readonly connections: number;
  readonly waitTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly hangKillAfterMs: number;
  /** Share of `postgres.connections`; 0: no PostgreSQL. */
  readonly postgresConnections: number;
}

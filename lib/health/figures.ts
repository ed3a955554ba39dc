import type { Profile } from "../profile/schema.ts";
import type { ServiceState } from "../protocol/snapshot.ts";

/** What is judged. Shares are 0..1, rates and percentiles of the last minute; null where nothing was measured. */
export interface Figures {
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly diskIo: number | null;
  readonly responseP95Ms: number | null;
  readonly errorRate: number | null;
  readonly redis: { readonly state: ServiceState; readonly hitRate: number | null; readonly memory: number | null };
  readonly postgresPoolBusy: number | null;
  /** Workers without a free request slot. */
  readonly busyWorkers: number;
  readonly held: number;
  readonly queued: number;
  /** For how long clients have been held without a break. */
  readonly heldForSec: number;
  readonly refusedLastMinute: number;
  readonly users: number | null;
}

/** What advice is computed from besides; null where the system or the server does not tell. */
export interface Circumstances {
  readonly host: {
    readonly cores: number | null;
    readonly memoryBytes: number | null;
    /** null: no real disk behind it, or not told. */
    readonly isRotational: boolean | null;
  };
  /** Of the generation in force. */
  readonly workers: readonly WorkerLoad[];
  /** What the master itself writes a second: logs and the journal. */
  readonly masterWritesBytesPerSec: number | null;
  /** Open connections that workers have. */
  readonly connections: number;
  readonly inFlight: number;
  readonly waitP95Ms: number | null;
  readonly queryP95Ms: number | null;
  /** Answers of the last minute; `errors` are those with 5xx, our own included: timed out, shed from the queue, refused by a worker. */
  readonly lastMinute: {
    readonly answers: number;
    readonly errors: number;
    readonly timedOut: number;
    readonly shed: number;
    readonly refused: number;
  };
  readonly postgres: {
    readonly busy: number;
    readonly waiting: number;
    readonly maxConnections: number | null;
    /** Kept by the server for superusers and the like. */
    readonly reserved: number | null;
  } | null;
  readonly redis: {
    readonly usedBytes: number | null;
    /** 0: no limit. */
    readonly maxMemoryMb: number | null;
    readonly evictions: number | null;
    readonly latencyMs: number | null;
  } | null;
}

export interface WorkerLoad {
  readonly slot: number;
  /** Cores it used since the beat before its last: 1 is a core. */
  readonly cores: number | null;
  readonly rssBytes: number | null;
  readonly loopDelayP99Ms: number | null;
  readonly writesBytesPerSec: number | null;
}

/** What there is to choose from: a profile as far as sizes go. */
export type StageSize = Pick<
  Profile,
  "stage" | "users" | "instances" | "workers" | "requestsPerWorker" | "connections" | "backlog" | "queue" | "postgres"
>;

export type Judged = StageSize & Pick<Profile, "indicators" | "host" | "redis" | "requestTimeoutSec">;

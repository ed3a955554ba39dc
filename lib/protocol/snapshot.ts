import type { Message } from "../errors.ts";
import type { ProofStanding } from "./proof-standing.ts";
import type { Capacity } from "./capacity.ts";
import type { CacheLayer } from "./app-cache.ts";
import type { CacheLayerCounts, Mode } from "./worker-messages.ts";

/**
 * What `dashd status` shows: published by the master's tick, read by the control socket, the admin port and every view.
 * Shapes and names are CONTRACT section 5, except that advice and warnings are still codes and facts: words are put at
 * the edge (`lib/words`).
 */
export interface Snapshot {
  readonly schemaVersion: 1;
  readonly state: InstanceState;
  /** 0 in development, which has neither stages nor revisions. */
  readonly stage: number;
  readonly revision: number;
  readonly generation: number;
  /** When the state or the revision last changed, ISO 8601. */
  readonly since: string;
  readonly mode: Mode;
  readonly url: string;
  readonly adminUrl: string;
  /** With an upstream, dashd's own program that stands in front of it; the fingerprint is that of the URL. */
  readonly app: {
    readonly path: string;
    readonly fingerprint: string;
    /** The copy in the home that it runs from; null where it runs where it lies. */
    readonly sealed: string | null;
  };
  readonly master: {
    readonly pid: number;
    readonly version: string;
    readonly node: string;
    /** null: the system did not tell just now. */
    readonly rssBytes: number | null;
    readonly uptimeSec: number;
  };
  readonly limits: readonly LimitRow[];
  readonly drift: readonly string[];
  /** null: never verified, or development. */
  readonly proof: ProofStanding | null;
  readonly workers: readonly WorkerRow[];
  readonly load: LoadFigures;
  readonly host: { readonly cpu: number | null; readonly memory: number | null; readonly diskIo: number | null };
  readonly services: {
    readonly redis: RedisFigures;
    readonly postgres: PostgresFigures;
    /** null: the workers run an app of their own. */
    readonly upstream: UpstreamFigures | null;
  };
  /** null: the app has not used its cache. */
  readonly cache: CacheFigures | null;
  readonly responseCache: ResponseCacheFigures;
  readonly indicators: readonly Indicator[];
  /** Which stage this host and app can hold; null: not known yet, or in development. */
  readonly capacity: Capacity | null;
  readonly warnings: readonly Message[];
}

export type InstanceState = "starting" | "held" | "changing" | "degraded" | "draining";
export type ServiceState = "up" | "slow" | "down" | "embedded" | "off";
export type LimitValue = number | string | null;

/** Null where nothing was measured, and everywhere while the service is off. Shares are 0..1. */
export interface RedisFigures {
  readonly state: ServiceState;
  /** Why it is not well. */
  readonly reason: Message | null;
  readonly latencyMs: number | null;
  readonly hitRate: number | null;
  /** Share of Redis' own maxmemory. */
  readonly memory: number | null;
  /** Since the master's first look. */
  readonly evictions: number | null;
  readonly role: "master" | "slave" | null;
  /** Of a replica behind its master, or of the master's slowest replica. */
  readonly lagSec: number | null;
}

export interface PostgresFigures {
  readonly state: ServiceState;
  readonly reason: Message | null;
  readonly latencyMs: number | null;
  /** What the app's queries took in the last minute, the wait for a connection included. */
  readonly queryP95Ms: number | null;
  /** Of all workers of all generations; null while PostgreSQL is off. */
  readonly pool: {
    readonly budget: number;
    readonly open: number;
    readonly busy: number;
    readonly waiting: number;
  } | null;
}

/** The app's cache over all workers; counts since the master's start. */
export interface CacheFigures extends Readonly<Record<CacheLayer, CacheLayerFigures>> {
  /** How often the app was asked to load a value, and how often it could not. */
  readonly loads: number;
  readonly loadErrors: number;
  /** In the memory of all workers now. */
  readonly bytes: number;
  readonly entries: number;
}

export interface CacheLayerFigures extends CacheLayerCounts {
  /** Share of what it was asked for that it had, stale ones included; the last 60 s, null where nobody asked. */
  readonly hitRate: number | null;
}

/** The server that workers pass requests on to, as the master finds it. */
export interface UpstreamFigures {
  readonly url: string;
  readonly state: "up" | "slow" | "down";
  /** Why it is not well. */
  readonly reason: Message | null;
  readonly latencyMs: number | null;
}

/** Answers that are given without the app, over all workers; counts since the master's start. */
export interface ResponseCacheFigures {
  readonly state: "on" | "off";
  readonly hits: number;
  /** Given stale, as their `stale-while-revalidate` or `stale-if-error` allowed. */
  readonly stale: number;
  /** Answers of the app that asked to be kept. */
  readonly misses: number;
  readonly stored: number;
  /** Of the last 60 s, hits and stale ones of all that asked; null where none did. */
  readonly hitRate: number | null;
  readonly bytes: number;
}

/** One limit of the profile, named by its path there. */
export interface LimitRow {
  readonly name: string;
  /** null in development: nothing is declared, and nothing enforced. */
  readonly declared: LimitValue;
  /** Read back from live objects; null where it cannot be read, which is no drift. */
  readonly effective: LimitValue;
  /** The last measurement that showed it for this revision, or null. */
  readonly proven: LimitValue;
  readonly provenAt: string | null;
  readonly drift: boolean;
}

export interface WorkerRow {
  readonly slot: number;
  readonly pid: number;
  readonly generation: number;
  readonly state: WorkerState;
  readonly connections: number;
  readonly inFlight: number;
  readonly queued: number;
  readonly served: number;
  readonly restarts: number;
  readonly rssBytes: number | null;
  readonly loopDelayP99Ms: number | null;
  readonly utilization: number | null;
  readonly uptimeSec: number;
  /** The code had changed when this worker loaded it: it may run other code than its generation says. */
  readonly changedCode: boolean;
}

/** `late`: ready, but its last beat is older than it should be. `hung`: judged so, and about to be replaced. */
export type WorkerState = "booting" | "ready" | "late" | "hung" | "draining" | "backing-off";

/** Rates and percentiles over the last 60 s, null without traffic; `served` to `shed` since the master's start. */
export interface LoadFigures {
  readonly connections: number;
  readonly held: number;
  readonly inFlight: number;
  readonly busyWorkers: number;
  readonly queued: number;
  readonly requestsPerSec: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly waitP95Ms: number | null;
  readonly errorRate: number | null;
  readonly users: number | null;
  readonly served: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly shed: number;
}

export interface Indicator {
  readonly name: string;
  readonly value: number | string | null;
  readonly warn: number | string | null;
  readonly critical: number | string | null;
  readonly level: IndicatorLevel;
  readonly advice: Message | null;
}

/** `unknown`: there is no figure to judge. */
export type IndicatorLevel = "ok" | "warn" | "critical" | "unknown";

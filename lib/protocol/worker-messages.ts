import type { SparseHistogram } from "../histogram.ts";
import type { WorkerLimits } from "../profile/worker-limits.ts";
import type { LastWords, RequestInFlight } from "./black-box.ts";
import type { WorkerFault } from "./drill.ts";
import type { CacheLayer } from "./app-cache.ts";
import type { CacheInvalidation } from "./invalidation.ts";

/**
 * Every word between the master and a worker.
 *
 * `cmd` begins with NODE_ so that Node keeps these messages out of the hosted program's own `'message'` listeners: they
 * arrive as `'internalMessage'` (TRAPS 44). At most one handle is on its way to a worker at a time (TRAPS 43).
 */
export const CHANNEL = "NODE_DASHD";

/** Limits as read back from the worker's live objects; null where the object does not exist. */
export type EffectiveLimits = { readonly [K in keyof WorkerLimits]: number | null };

/** `development`: `dashd dev`, where nothing is enforced. */
export type Mode = "production" | "development";

export interface Assignment {
  readonly mode: Mode;
  /** A debugger is there, and stops at the first line of the app. */
  readonly breaksAtStart: boolean;
  readonly slot: number;
  readonly generation: number;
  readonly stage: number;
  readonly limits: WorkerLimits;
  readonly app: AssignedApp;
  readonly masterPid: number;
  /** Address clients reach, for `server.address()` of a program that asked for port 0. */
  readonly servicePort: number;
  /** Only the server that listens on this port is adopted; null: the first. */
  readonly adoptPort: number | null;
  /** Of the generation: with more than one, what an app keeps in memory each has for itself. */
  readonly workers: number;
  /** Paths answered by dashd in front of the app; empty when off. */
  readonly healthPath: string | null;
  readonly readyPath: string | null;
  readonly trustProxy: readonly string[];
  readonly leader: boolean;
  /** `ip`: all connections of a client's address come to one slot. */
  readonly sticky: "off" | "ip";
  readonly tls: ServiceTls;
  /** Control socket of the instance, for `context.status()`. */
  readonly controlPath: string;
  /** Under which users are counted; of this instance alone, so that nothing counted can be compared elsewhere. */
  readonly userKey: number;
  /** null: none is kept. */
  readonly accessLog: AccessLogOptions | null;
  readonly services: ServiceAddresses;
  /** This worker's share of what the response cache may keep; 0: it is off. */
  readonly responseCacheBytes: number;
  /** Those that the master's probes find down at this moment. */
  readonly servicesDown: readonly ServiceName[];
  /** The descriptor on which the master asks a blocked worker what it is in; null: it does not. */
  readonly pictureFd: number | null;
}

export interface AccessLogOptions {
  readonly format: AccessLogFormat;
  /** Share of requests that get a line, 0..1. */
  readonly sample: number;
}

export type AccessLogFormat = "combined" | "json";

/** Keys included: never shown, logged or put into a command line. */
export interface ServiceTls {
  /** The same for every worker, so that a session begun with one is resumed by another (TRAPS 50); base64. */
  readonly ticketKeys: string;
  /** null: the service is served as the app's own server is. */
  readonly files: TlsFiles | null;
}

/** What is in the operator's files, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export type ServiceName = "postgres" | "redis";

/** Where the app's services are, passwords included: never shown, logged or put into a command line. */
export interface ServiceAddresses {
  /** null: not ours to give. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly redisSentinels: readonly string[];
  readonly redisSentinelName: string | null;
}

export interface AssignedApp {
  /** Absolute path of the file to run as the main module. */
  readonly path: string;
  readonly builtIn: boolean;
  readonly args: readonly string[];
  /** Where it lies, when `path` is in its sealed copy. */
  readonly original?: string;
}

export type ToWorker =
  | { readonly type: "assign"; readonly assignment: Assignment }
  /** Comes with a raw TCP handle, unless that was lost on the way. */
  | ({ readonly type: "connection" } & Arrival)
  /** How many clients are held at the door for each worker to make room for; 0 ends the pressure. */
  | { readonly type: "pressure"; readonly held: number }
  | { readonly type: "leader"; readonly leader: boolean }
  | ({ readonly type: "give-back" } & GiveBackRequest)
  /** The operator's files have changed. */
  | { readonly type: "tls"; readonly files: TlsFiles }
  /** The master's probe found it down, or well again. */
  | { readonly type: "service"; readonly name: ServiceName; readonly down: boolean }
  /** To have all its connections to PostgreSQL open for a moment, and not one more; answered by `pool-filled`. */
  | { readonly type: "fill-pool"; readonly on: boolean }
  /** A fault on purpose; it ends by itself after `forMs`, 0 ends it now. */
  | { readonly type: "drill"; readonly fault: WorkerFault; readonly forMs: number }
  /** The door points to another generation: idle clients go back to it as they come, until it points here again. */
  | { readonly type: "yield"; readonly on: boolean }
  /** Another worker's app has invalidated them. */
  | CacheInvalidation
  | { readonly type: "drain"; readonly because: DrainReason };

/** Idle connections that the door wants back, to place them on other workers; answered by `gave`. */
export interface GiveBackRequest {
  readonly count: number;
  /** Only these; null: any. */
  readonly only: readonly number[] | null;
}

/** What the door tells of a connection. */
export interface Arrival {
  readonly id: number;
  /** {@link monotonicMs}. */
  readonly acceptedAtMs: number;
  /** It was served before and came back idle. */
  readonly returned: boolean;
  /** Places are getting scarce: the door is to hear of every end at once. */
  readonly crowded: boolean;
}

/** `change`: idle sockets go back to the door, requests may run to their end. `stop`: bounded by `stopTimeoutMs`. */
export type DrainReason = "change" | "stop";

export type ToMaster =
  | { readonly type: "hello" }
  | {
      readonly type: "ready";
      readonly effective: EffectiveLimits;
      /** Clients speak TLS with it. */
      readonly secure: boolean;
      /** It speaks HTTP/2, and maybe nothing else. */
      readonly http2: boolean;
    }
  | { readonly type: "failed"; readonly failure: AppFailure }
  /** At any time. */
  | { readonly type: "warning"; readonly warning: AppWarning }
  /** It has heard that it is no longer the leader. */
  | { readonly type: "resigned" }
  /** The worker holds the socket now and will read it: the master may close its copy. `closed` are over by now. */
  | { readonly type: "accepted"; readonly id: number; readonly closed: readonly number[] }
  | { readonly type: "closed"; readonly ids: readonly number[] }
  /** Comes with a raw TCP handle: an idle keep-alive socket goes back to the door to be placed elsewhere. */
  | { readonly type: "returned"; readonly id: number }
  /** Ends a `give-back`: as many came back, each as `returned`, as were idle. */
  | { readonly type: "gave"; readonly count: number }
  | { readonly type: "beat"; readonly beat: Beat }
  /** null: the app was given no pool. */
  | { readonly type: "pool-filled"; readonly pool: FilledPool | null }
  /** Lines for the access log, joined; `dropped` had no room since the last ones. */
  | { readonly type: "access"; readonly text: string; readonly lines: number; readonly dropped: number }
  /** For every other worker. */
  | CacheInvalidation
  /** The program ends by itself. */
  | { readonly type: "dying"; readonly lastWords: LastWords }
  | { readonly type: "drained" };

/**
 * Why the hosted app could not be served: said by the worker, or by the master where the worker cannot speak
 * (`never-ready` after the boot time-out, `ended` without a word).
 */
export interface AppFailure {
  readonly reason: "threw" | "nothing-to-serve" | "never-listened" | "own-cluster" | "never-ready" | "ended";
  readonly message: string;
  /** First frame in the app's own files, "file:line:column"; null where the stack names none. */
  readonly place: string | null;
  readonly stack: string | null;
}

export interface AppWarning {
  readonly code: string;
  readonly detail: string;
}

/** A worker's once-a-second report. Counters are since the last beat unless said otherwise. */
export interface Beat {
  readonly connections: number;
  readonly inFlight: number;
  readonly queued: number;
  /** The oldest of those in flight. */
  readonly requests: readonly RequestInFlight[];
  /** Further ones. */
  readonly more: number;
  /** Answers since birth. */
  readonly served: number;
  /** Who was seen: pairs for a sketch (`user-sketch.ts`). */
  readonly users: readonly number[];
  readonly answers: number;
  readonly errors: number;
  readonly timedOut: number;
  /** Some of those. */
  readonly overdue: readonly RequestInFlight[];
  readonly shed: number;
  readonly refused: number;
  readonly responseMs: SparseHistogram;
  readonly waitMs: SparseHistogram;
  /** CPU time of the whole process, and in how long. */
  readonly cpuMs: number;
  readonly spanMs: number;
  /** As last read; null: not yet. */
  readonly rssBytes: number | null;
  readonly heapUsedBytes: number;
  /** What V8 lets it grow to. */
  readonly heapLimitBytes: number;
  readonly loopDelayP99Ms: number | null;
  readonly utilization: number;
  /** null: the app was given none. */
  readonly postgres: PostgresBeat | null;
  readonly redis: RedisBeat | null;
  /** null: the app has not used it. */
  readonly cache?: CacheBeat | null;
  /** null: it is off. */
  readonly responseCache: ResponseCacheBeat | null;
  /** null: as last told. */
  readonly effective: EffectiveLimits | null;
}

/** What the app's cache did since the last beat. */
export interface CacheBeat extends Readonly<Record<CacheLayer, CacheLayerCounts>> {
  readonly loads: number;
  readonly loadErrors: number;
  /** In this worker's memory now. */
  readonly bytes: number;
  readonly entries: number;
}

/** How often a layer was asked, by what it had; `errors`: it could not be asked. */
export interface CacheLayerCounts {
  readonly hits: number;
  /** It had something older than its time to live, which was given. */
  readonly stale: number;
  readonly misses: number;
  readonly errors: number;
}

/** A worker's own connections to PostgreSQL. */
export interface PostgresBeat {
  readonly open: number;
  readonly busy: number;
  readonly waiting: number;
  readonly queryMs: SparseHistogram;
  /** Why queries fail at once (SQLSTATE, the system's code, `silent`…); null while they go through. */
  readonly fault: string | null;
}

/** A pool as full as it gets. */
export interface FilledPool {
  /** The server's own numbers of the connections. */
  readonly backends: readonly number[];
  /** With its share of connections taken, a further one had to wait. */
  readonly isCapped: boolean;
  /** Why it could not be filled, in the system's words; null: it was. */
  readonly fault: string | null;
}

/** A worker's own connection to Redis; counts since the last beat. */
export interface RedisBeat {
  readonly inFlight: number;
  readonly errors: number;
  /** Why commands fail at once; null while they go through. */
  readonly fault: string | null;
}

/** What a worker's response cache did since the last beat, and what it keeps. */
export interface ResponseCacheBeat {
  /** Fresh answers given without the app, those who waited for another's included. */
  readonly hits: number;
  /** Stale ones, as the answer allowed. */
  readonly stale: number;
  /** Answers of the app that asked to be kept. */
  readonly misses: number;
  readonly stored: number;
  readonly bytes: number;
}

export interface Envelope<T> {
  readonly cmd: typeof CHANNEL;
  readonly body: T;
}

/** Wraps a message for `process.send` / `worker.process.send`. */
export const seal = <T extends ToWorker | ToMaster>(body: T): Envelope<T> => ({ cmd: CHANNEL, body });

/**
 * Opens an internal message. Both ends are our own code at the same version, so the guard only tells our messages from
 * node:cluster's.
 */
export const open = <T extends ToWorker | ToMaster>(message: unknown): T | null =>
  typeof message === "object" && message !== null && "cmd" in message && message.cmd === CHANNEL && "body" in message
    ? (message.body as T)
    : null;

/** The host's monotonic clock in milliseconds: the same in every process (CLOCK_MONOTONIC), unlike `performance.now()`. */
export const monotonicMs = (): number => performance.now() + clockStartMs;

/** `performance.now()` is that clock from the start of this process on; asking hrtime itself costs ten times as much. */
const clockStartMs = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now();

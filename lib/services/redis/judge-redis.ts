import type { Message } from "../../errors.ts";
import { infoNumber, listedReplicas, type RedisInfo } from "./info.ts";

/** One look at the server. */
export type RedisSample =
  | {
      readonly kind: "answered";
      /** Of a PING. */
      readonly latencyMs: number;
      /** null: this user may not ask for it. */
      readonly info: RedisInfo | null;
      /** Answers of CONFIG GET by name; null: this user may not, or the provider has renamed it. */
      readonly config: Readonly<Record<string, string>> | null;
      /** Why it refuses to write: a word of `writeFault`; null: it writes. */
      readonly writeFault: string | null;
    }
  /** It, or the way to it, said no: a word of `redisFault` or the system's code. */
  | { readonly kind: "refused"; readonly fault: string }
  /** The deadline passed. */
  | { readonly kind: "silent" };

/** What the master knows about the server. Shares are 0 to 1; null where it cannot be told. */
export interface RedisReading extends RedisState {
  /** Of a PING; null when it did not answer. */
  readonly latencyMs: number | null;
  /** Of look-ups in the last minute; without any, since the server's start. */
  readonly hitRate: number | null;
  /** used_memory / maxmemory. */
  readonly memory: number | null;
  readonly usedMemoryBytes: number | null;
  /** Keys dropped for want of memory since the first look. */
  readonly evictions: number | null;
  readonly role: "master" | "slave" | null;
  /** A replica: since it last heard from its master. A master: the replica that is furthest behind; null without one. */
  readonly lagSec: number | null;
  /** That a master has online; null on a replica. */
  readonly replicas: number | null;
  readonly settings: RedisSettingsFound;
  readonly server: RedisServerFound;
}

interface RedisState {
  readonly state: "up" | "slow" | "down";
  readonly reason: Message | null;
}

/** As the profile names them. */
export interface RedisSettingsFound {
  /** 0: no limit. */
  readonly maxMemoryMb: number | null;
  readonly policy: string | null;
  readonly persistence: "on" | "off" | null;
  readonly replicated: "yes" | "no" | null;
}

export interface RedisServerFound {
  readonly version: string | null;
  readonly maxClients: number | null;
  readonly connectedClients: number | null;
}

/** What earlier looks leave behind; begin with {@link noHistory}. */
export interface RedisHistory {
  readonly silentInARow: number;
  /** The last three, ms. */
  readonly latenciesMs: readonly number[];
  /** The last minute's, oldest first, of one run of the server. */
  readonly lookups: readonly Lookups[];
  readonly runId: string | null;
  /** Of this run when it was first seen, and what earlier runs had dropped. */
  readonly evictedBase: number;
  readonly evictedBefore: number;
  readonly evictedLast: number;
  readonly last: RedisReading | null;
}

interface Lookups {
  readonly atMs: number;
  readonly hits: number;
  readonly misses: number;
}

export const noHistory: RedisHistory = {
  silentInARow: 0,
  latenciesMs: [],
  lookups: [],
  runId: null,
  evictedBase: 0,
  evictedBefore: 0,
  evictedLast: 0,
  last: null,
};

export interface RedisJudgement {
  readonly reading: RedisReading;
  readonly history: RedisHistory;
}

/** What a look says about the server, given the looks before it. `nowMs`: monotonic. Pure. */
export const judgeRedis = (history: RedisHistory, sample: RedisSample, nowMs: number): RedisJudgement => {
  switch (sample.kind) {
    case "refused":
      // It answers those who are connected already.
      return away(history, 0, sample.fault === "max-clients" ? "slow" : "down", downBecause(sample.fault));
    case "silent": {
      // One deadline missed may be a busy host; two in a row are not.
      const silentInARow = history.silentInARow + 1;
      return away(history, silentInARow, silentInARow < silentUntilDown ? "slow" : "down", downBecause("silent"));
    }
    case "answered": {
      const next = remember(history, sample, nowMs);
      const reading = readingOf(next, sample);
      return { reading, history: { ...next, last: reading } };
    }
  }
};

type Answered = Extract<RedisSample, { readonly kind: "answered" }>;

/** While it is only late, the figures of the last look stand: settings that vanish for a second would look like drift. */
const away = (history: RedisHistory, silentInARow: number, state: "slow" | "down", reason: Message): RedisJudgement => {
  const figures = state === "slow" && history.last !== null ? history.last : nothingKnown;
  const reading = { ...figures, state, reason, latencyMs: null };
  return { reading, history: { ...history, silentInARow, latenciesMs: [], last: reading } };
};

const remember = (history: RedisHistory, { latencyMs, info }: Answered, nowMs: number): RedisHistory => {
  const next = { ...history, silentInARow: 0, latenciesMs: [...history.latenciesMs, latencyMs].slice(-latenciesKept) };
  if (info === null) return next;
  const runId = info["run_id"] ?? null;
  const isSameRun = runId === history.runId;
  const evicted = infoNumber(info, "evicted_keys") ?? 0;
  const isFirst = history.runId === null;
  return {
    ...next,
    runId,
    lookups: [...(isSameRun ? lastMinute(history.lookups, nowMs) : []), lookupsOf(info, nowMs)],
    evictedBase: isFirst ? evicted : isSameRun ? history.evictedBase : 0,
    evictedBefore: isSameRun
      ? history.evictedBefore
      : history.evictedBefore + history.evictedLast - history.evictedBase,
    evictedLast: evicted,
  };
};

const lookupsOf = (info: RedisInfo, atMs: number): Lookups => ({
  atMs,
  hits: infoNumber(info, "keyspace_hits") ?? 0,
  misses: infoNumber(info, "keyspace_misses") ?? 0,
});

const lastMinute = (lookups: readonly Lookups[], nowMs: number): readonly Lookups[] =>
  lookups.filter(({ atMs }) => nowMs - atMs <= minuteMs);

const readingOf = (history: RedisHistory, { info, config, writeFault, latencyMs }: Answered): RedisReading => {
  if (info === null) return { ...nothingKnown, ...stateOf(history, writeFault, null), latencyMs };
  const maxBytes = infoNumber(info, "maxmemory");
  const usedBytes = infoNumber(info, "used_memory");
  const role = info["role"] === "master" || info["role"] === "slave" ? info["role"] : null;
  return {
    ...stateOf(history, writeFault, info),
    latencyMs,
    hitRate: hitRateOf(history.lookups),
    memory: usedBytes === null || maxBytes === null || maxBytes === 0 ? null : usedBytes / maxBytes,
    usedMemoryBytes: usedBytes,
    evictions: history.evictedBefore + history.evictedLast - history.evictedBase,
    role,
    ...replicationOf(info, role),
    settings: settingsOf(info, config, role),
    server: {
      version: info["redis_version"] ?? null,
      maxClients: infoNumber(info, "maxclients"),
      connectedClients: infoNumber(info, "connected_clients"),
    },
  };
};

const stateOf = (history: RedisHistory, writeFault: string | null, info: RedisInfo | null): RedisState => {
  // Some servers answer a PING while they load.
  if (info?.["loading"] === "1") return { state: "down", reason: downBecause("loading") };
  if (writeFault !== null)
    return { state: "slow", reason: { code: "redis-state.refuses-writes", facts: { fault: writeFault } } };
  const latencyMs = median(history.latenciesMs);
  if (latencyMs <= slowMs) return { state: "up", reason: null };
  return {
    state: "slow",
    reason: { code: "sick.slow", facts: { service: "Redis", latencyMs: Math.round(latencyMs) } },
  };
};

const hitRateOf = (lookups: readonly Lookups[]): number | null => {
  const [first, last] = [lookups[0], lookups.at(-1)];
  if (first === undefined || last === undefined) return null;
  return share(last.hits - first.hits, last.misses - first.misses) ?? share(last.hits, last.misses);
};

const share = (hits: number, misses: number): number | null =>
  hits + misses > 0 && hits >= 0 && misses >= 0 ? hits / (hits + misses) : null;

const replicationOf = (info: RedisInfo, role: RedisReading["role"]): Pick<RedisReading, "lagSec" | "replicas"> => {
  if (role === "slave") {
    const sinceSec = infoNumber(info, "master_last_io_seconds_ago");
    const downSec = infoNumber(info, "master_link_down_since_seconds");
    // -1: never, or not any more.
    return { lagSec: sinceSec !== null && sinceSec >= 0 ? sinceSec : notNegative(downSec), replicas: null };
  }
  const replicas = listedReplicas(info);
  const lags = replicas.flatMap(({ lagSec }) => (lagSec === null ? [] : [lagSec]));
  return {
    lagSec: lags.length === 0 ? null : Math.max(...lags),
    replicas: role === null ? null : replicas.filter(({ isOnline }) => isOnline).length,
  };
};

const notNegative = (value: number | null): number | null => (value !== null && value >= 0 ? value : null);

const settingsOf = (info: RedisInfo, config: Answered["config"], role: RedisReading["role"]): RedisSettingsFound => {
  const maxBytes = config?.["maxmemory"] === undefined ? infoNumber(info, "maxmemory") : Number(config["maxmemory"]);
  const connected = infoNumber(info, "connected_slaves");
  return {
    maxMemoryMb: maxBytes === null ? null : Math.round((maxBytes / bytesPerMb) * 100) / 100,
    policy: config?.["maxmemory-policy"] ?? info["maxmemory_policy"] ?? null,
    persistence: persistenceOf(info, config),
    replicated: role === null ? null : role === "slave" || (connected ?? 0) > 0 ? "yes" : "no",
  };
};

/** INFO tells of the append-only file, but not of the points at which a snapshot is saved. */
const persistenceOf = (info: RedisInfo, config: Answered["config"]): RedisSettingsFound["persistence"] => {
  const appends = config?.["appendonly"] ?? (info["aof_enabled"] === "1" ? "yes" : "no");
  const saves = config?.["save"];
  if (appends === "yes") return "on";
  return saves === undefined ? null : saves.trim() === "" ? "off" : "on";
};

const downBecause = (fault: string): Message => ({ code: "sick.down", facts: { service: "Redis", fault } });

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;

const nothingKnown: RedisReading = {
  state: "up",
  reason: null,
  latencyMs: null,
  hitRate: null,
  memory: null,
  usedMemoryBytes: null,
  evictions: null,
  role: null,
  lagSec: null,
  replicas: null,
  settings: { maxMemoryMb: null, policy: null, persistence: null, replicated: null },
  server: { version: null, maxClients: null, connectedClients: null },
};

/** Ours: a PING takes 0.1 to 1 ms in a data centre; at 100 ms a page with ten look-ups waits a second. */
const slowMs = 100;
const latenciesKept = 3;
const silentUntilDown = 2;
const minuteMs = 60_000;
const bytesPerMb = 1_048_576;

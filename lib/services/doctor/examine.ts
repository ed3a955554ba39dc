import type { Message } from "../../errors.ts";
import type { Profile } from "../../profile/schema.ts";
import type { RedisReading } from "../redis/judge-redis.ts";

/** One thing that a stage needs of a server, and what was found. */
export interface Finding {
  /** A path of the profile where there is one: `redis.maxMemoryMb`. */
  readonly subject: string;
  readonly found: FindingValue;
  readonly needed: FindingValue;
  readonly level: FindingLevel;
  /** What to do; null where all is well. */
  readonly advice: Message | null;
  /** What can be set on the running server; empty where nothing can, or not safely. */
  readonly fixes: readonly RedisFix[];
}

export type FindingValue = number | string | null;
/** `refuse`: the stage cannot run so. `off`: nobody asked for this service. */
export type FindingLevel = "ok" | "warn" | "refuse" | "off";

/** A `CONFIG SET`. */
export interface RedisFix {
  readonly kind: "redis-config";
  readonly name: string;
  readonly value: string;
}

/** As `readPostgres` tells it; `fault` where it could not be asked. */
export type PostgresFound =
  | {
      readonly version: string;
      readonly maxConnections: number;
      readonly reserved: number;
      readonly usedByOthers: number;
    }
  | { readonly fault: Message };

export interface ExamineInput {
  readonly profile: Pick<Profile, "instances" | "workers" | "postgres" | "redis">;
  /** null: off. */
  readonly redis: RedisReading | null;
  /** null: off. */
  readonly postgres: PostgresFound | null;
}

/** The servers against a stage. Pure. */
export const examine = ({ profile, redis, postgres }: ExamineInput): readonly Finding[] => [
  ...examineRedis(profile, redis),
  ...examinePostgres(profile, postgres),
];

const examineRedis = (profile: ExamineInput["profile"], redis: RedisReading | null): readonly Finding[] => {
  if (redis === null) return [off("redis")];
  const { state, reason, settings } = redis;
  const reached: Finding = { ...finding("redis", state, "up"), level: state === "up" ? "ok" : "warn", advice: reason };
  if (state === "down") return [reached];
  return [
    reached,
    maxMemory(profile.redis.maxMemoryMb, redis),
    setting("redis.policy", settings.policy, profile.redis.policy, [fix("maxmemory-policy", profile.redis.policy)]),
    setting(
      "redis.persistence",
      settings.persistence,
      profile.redis.persistence,
      persistenceFixes[profile.redis.persistence],
    ),
    replicated(settings.replicated, profile.redis.replicated),
    maxClients(profile, redis.server.maxClients),
  ];
};

const maxMemory = (neededMb: number, { settings, usedMemoryBytes }: RedisReading): Finding => {
  const subject = "redis.maxMemoryMb";
  const result = setting(subject, settings.maxMemoryMb, neededMb, [fix("maxmemory", `${neededMb}mb`)]);
  const usedMb = Math.ceil((usedMemoryBytes ?? 0) / bytesPerMb);
  if (result.level === "ok" || usedMb <= neededMb) return result;
  // A lower limit would drop what lies there now, at once.
  return { ...result, fixes: [], advice: { code: "doctor.redis.more-used", facts: { usedMb, needed: neededMb } } };
};

/** More than is needed does no harm. */
const replicated = (found: "yes" | "no" | null, isNeeded: boolean): Finding => {
  const needed = isNeeded ? "yes" : "no";
  return found === "yes" && !isNeeded
    ? finding("redis.replicated", found, needed)
    : setting("redis.replicated", found, needed, []);
};

const maxClients = ({ instances, workers }: ExamineInput["profile"], found: number | null): Finding => {
  // One connection for each worker and one for each master; one instance at a time changes, with both its generations.
  const needed = workers * (instances + 1) + instances;
  const result = finding("redis.maxclients", found, needed);
  if (found === null || found >= needed) return result;
  const advice = { code: "doctor.redis.maxclients", facts: { found, needed } };
  return { ...result, level: "warn", advice, fixes: [fix("maxclients", String(needed))] };
};

const setting = (subject: string, found: FindingValue, needed: FindingValue, fixes: readonly RedisFix[]): Finding => {
  const result = finding(subject, found, needed);
  if (found === needed) return result;
  if (found === null) return { ...result, level: "warn", advice: { code: "doctor.unreadable", facts: { subject } } };
  return { ...result, level: "warn", advice: { code: `doctor.${subject}`, facts: { found, needed } }, fixes };
};

const examinePostgres = (
  { instances, postgres: { connections, serverMax } }: ExamineInput["profile"],
  postgres: PostgresFound | null,
): readonly Finding[] => {
  if (postgres === null) return [off("postgres")];
  if ("fault" in postgres) return [{ ...finding("postgres", "down", "up"), level: "warn", advice: postgres.fault }];
  const { maxConnections, reserved, usedByOthers } = postgres;
  // Beside the pools: what the server keeps back, what others hold, and one connection for each master's own look.
  const beside = reserved + usedByOthers + instances;
  const always = connections * instances + beside;
  const duringChange = always + connections;
  const facts = { found: maxConnections, budget: connections, instances, reserved, usedByOthers };
  const fits = finding("postgres.max_connections", maxConnections, duringChange);
  return [
    finding("postgres", "up", "up"),
    maxConnections >= duringChange
      ? fits
      : maxConnections >= always
        ? {
            ...fits,
            level: "warn",
            advice: { code: "doctor.postgres.rolling", facts: { ...facts, needed: duringChange } },
          }
        : {
            ...fits,
            level: "refuse",
            advice: { code: "doctor.postgres.too-few", facts: { ...facts, needed: always } },
          },
    ...(maxConnections >= serverMax
      ? []
      : [
          {
            ...finding("postgres.serverMax", maxConnections, serverMax),
            level: "warn" as const,
            advice: { code: "doctor.postgres.server-max", facts: { found: maxConnections, needed: serverMax } },
          },
        ]),
  ];
};

const finding = (subject: string, found: FindingValue, needed: FindingValue): Finding => ({
  ...{ subject, found, needed },
  ...{ level: "ok", advice: null, fixes: [] },
});

const off = (subject: string): Finding => ({ ...finding(subject, null, null), level: "off" });

const fix = (name: string, value: string): RedisFix => ({ kind: "redis-config", name, value });

const persistenceFixes: Readonly<Record<Profile["redis"]["persistence"], readonly RedisFix[]>> = {
  off: [fix("save", ""), fix("appendonly", "no")],
  on: [fix("appendonly", "yes")],
};

const bytesPerMb = 1_048_576;

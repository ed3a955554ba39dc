import type { Message } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import { type Finding, finding, type FindingValue, off, type RedisFix, warned } from "./finding.ts";

/** What the sums need of a look at Redis; null where it could not be read. */
export interface RedisFound {
  readonly state: "up" | "slow" | "down";
  readonly reason: Message | null;
  readonly usedMemoryBytes: number | null;
  /** As the profile names them. `maxMemoryMb` 0: no limit. */
  readonly settings: {
    readonly maxMemoryMb: number | null;
    readonly policy: string | null;
    readonly persistence: "on" | "off" | null;
    readonly replicated: "yes" | "no" | null;
  };
  readonly server: { readonly maxClients: number | null };
}

/** Redis against a stage. Pure. */
export const redisSums = (
  profile: Pick<Profile, "instances" | "workers" | "redis">,
  redis: RedisFound | null,
): readonly Finding[] => {
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

const maxMemory = (neededMb: number, { settings, usedMemoryBytes }: RedisFound): Finding => {
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

const maxClients = ({ instances, workers }: Pick<Profile, "instances" | "workers">, found: number | null): Finding => {
  // One instance at a time changes, with both its generations; each master has one.
  const needed = ofEachWorker * workers * (instances + 1) + instances;
  const result = finding("redis.maxclients", found, needed);
  if (found === null || found >= needed) return result;
  const advice = { code: "doctor.redis.maxclients", facts: { found, needed } };
  return { ...warned(result, advice), fixes: [fix("maxclients", String(needed))] };
};

const setting = (subject: string, found: FindingValue, needed: FindingValue, fixes: readonly RedisFix[]): Finding => {
  const result = finding(subject, found, needed);
  if (found === needed) return result;
  if (found === null) return warned(result, { code: "doctor.unreadable", facts: { subject } });
  return { ...warned(result, { code: `doctor.${subject}`, facts: { found, needed } }), fixes };
};

const fix = (name: string, value: string): RedisFix => ({ kind: "redis-config", name, value });

const persistenceFixes: Readonly<Record<Profile["redis"]["persistence"], readonly RedisFix[]>> = {
  off: [fix("save", ""), fix("appendonly", "no")],
  on: [fix("appendonly", "yes")],
};

/** The app's own, and the one on which its cache hears what other instances invalidate. */
const ofEachWorker = 2;
const bytesPerMb = 1_048_576;

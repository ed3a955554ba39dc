import type { Message } from "../errors.ts";

/** One thing that a stage needs of the host or of a server, and what was found. */
export interface Finding {
  /** A path of the profile where there is one: `redis.maxMemoryMb`. */
  readonly subject: string;
  readonly found: FindingValue;
  readonly needed: FindingValue;
  readonly level: FindingLevel;
  /** What to do, or how the sum was made; null where there is nothing to say. */
  readonly advice: Message | null;
  /** What can be set on the running server; empty where nothing can, or not safely. */
  readonly fixes: readonly RedisFix[];
}

export type FindingValue = number | string | null;
/** `refuse`: the stage cannot run so. `off`: nobody asked for this service. `unknown`: it could not be read. */
export type FindingLevel = "ok" | "warn" | "refuse" | "off" | "unknown";

/** A `CONFIG SET`. */
export interface RedisFix {
  readonly kind: "redis-config";
  readonly name: string;
  readonly value: string;
}

/** As it should be, until something is found. */
export const finding = (subject: string, found: FindingValue, needed: FindingValue): Finding => ({
  ...{ subject, found, needed },
  ...{ level: found === null ? "unknown" : "ok", advice: null, fixes: [] },
});

export const warned = (one: Finding, advice: Message): Finding => ({ ...one, level: "warn", advice });

export const refused = (one: Finding, advice: Message): Finding => ({ ...one, level: "refuse", advice });

export const off = (subject: string): Finding => ({ ...finding(subject, null, null), level: "off" });

/** `--strict`: what is merely below what the stage asks for is refused as well. */
export const strictly = (findings: readonly Finding[]): readonly Finding[] =>
  findings.map((one) => (one.level === "warn" ? { ...one, level: "refuse" } : one));

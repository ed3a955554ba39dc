import type { Facts, Message } from "../errors.ts";
import { isJsonArray, isJsonObject } from "../json-text.ts";
import type { Json } from "../json-text.ts";

/**
 * Rules that join fields. They read the raw text of the profile, not the parsed profile, so that they speak up together
 * with the faults of single fields; a rule whose fields are not there, or are no numbers, is silent.
 */
export const faultsAcrossFields = (raw: Json, file: string): readonly Message[] => [
  ...comparisons.flatMap((comparison) => check(comparison, raw, file)),
  ...promiseComparisons(raw).flatMap((comparison) => check(comparison, raw, file)),
  ...faultsOfPool(raw, file),
];

export interface Comparison {
  readonly path: string;
  readonly relation: "at-most" | "below" | "above";
  readonly other: string;
}

const comparisons: readonly Comparison[] = [
  { path: "users.min", relation: "at-most", other: "users.max" },
  { path: "workers", relation: "at-most", other: "connections" },
  { path: "postgres.connections", relation: "at-most", other: "postgres.serverMax" },
  ...["cores", "memoryGb", "diskGb"].map((part): Comparison => ({
    path: `host.min.${part}`,
    relation: "at-most",
    other: `host.recommended.${part}`,
  })),
  ...["cpu", "memory", "diskIo", "responseP95Ms", "errors", "redisMemory", "postgresPool", "waiting"].map(
    (name): Comparison => ({
      path: `indicators.${name}.warn`,
      relation: "below",
      other: `indicators.${name}.critical`,
    }),
  ),
  { path: "indicators.redisHitRate.warn", relation: "above", other: "indicators.redisHitRate.critical" },
  { path: "indicators.busyWorkers.warnFree", relation: "above", other: "indicators.busyWorkers.criticalFree" },
  { path: "indicators.busyWorkers.warnFree", relation: "at-most", other: "workers" },
];

const promiseComparisons = (raw: Json): readonly Comparison[] => {
  const promises = valueAt(raw, "promise");
  if (!isJsonArray(promises) || promises.length === 0) return [];
  const last = promises.length - 1;
  return [
    ...promises.slice(1).map((_, index): Comparison => ({
      path: `promise[${index}].users`,
      relation: "below",
      other: `promise[${index + 1}].users`,
    })),
    { path: `promise[${last}].users`, relation: "at-most", other: "users.max" },
  ];
};

const check = ({ path, relation, other }: Comparison, raw: Json, file: string): readonly Message[] => {
  const found = valueAt(raw, path);
  const otherFound = valueAt(raw, other);
  if (typeof found !== "number" || typeof otherFound !== "number" || holds[relation](found, otherFound)) return [];
  return [fault("fault.relation", { file, path, found, relation, other, otherFound })];
};

const holds: Readonly<Record<Comparison["relation"], (a: number, b: number) => boolean>> = {
  "at-most": (a, b) => a <= b,
  below: (a, b) => a < b,
  above: (a, b) => a > b,
};

/** A worker whose share of the pool is 0 would wait for PostgreSQL for ever: none for all, or one for each. */
const faultsOfPool = (raw: Json, file: string): readonly Message[] => {
  const found = valueAt(raw, "postgres.connections");
  const workers = valueAt(raw, "workers");
  if (typeof found !== "number" || typeof workers !== "number" || found === 0 || found >= workers) return [];
  return [fault("fault.pool-too-small", { file, path: "postgres.connections", found, workers })];
};

/** What stands at a path like `promise[0].users`; undefined where there is nothing. */
export const valueAt = (raw: Json | undefined, path: string): Json | undefined =>
  path.split(/[.[\]]+/).reduce<Json | undefined>((value, key) => {
    if (key === "" || value === undefined) return value;
    if (isJsonArray(value)) return value[Number(key)];
    return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, raw);

const fault = (code: string, facts: Facts): Message => ({ code, facts });

import { createHash } from "node:crypto";
import type { Profile } from "./schema.ts";

export interface FieldChange {
  /** Path of the field in the profile, for example `queue.max` or `promise[0].users`. */
  readonly field: string;
  readonly before: FieldValue;
  readonly after: FieldValue;
}

/** null: not there. */
export type FieldValue = number | string | boolean | null;

/** What differs between two stages, in the order of the profile. Remarks for people (`why`, `$schema`) do not count. */
export const compareProfiles = (before: Profile, after: Profile): readonly FieldChange[] => {
  const old = flatten(substance(before));
  const fresh = flatten(substance(after));
  return [...new Set([...fresh.keys(), ...old.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? null, after: fresh.get(field) ?? null }))
    .filter((change) => change.before !== change.after);
};

/** Equal for two profiles exactly when {@link compareProfiles} finds nothing; the order of keys does not matter. */
export const fingerprintOf = (profile: Profile): string => {
  const fields = [...flatten(substance(profile))].filter(([, value]) => value !== null);
  const canonical = fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(canonical)).digest("hex");
};

const substance = ({ $schema: _schema, why: _why, extends: _extends, ...rest }: Profile): unknown => rest;

const flatten = (value: unknown, path = ""): ReadonlyMap<string, FieldValue> => {
  if (typeof value !== "object" || value === null) return new Map([[path, toFieldValue(value)]]);
  const entries = Array.isArray(value)
    ? value.map((item, index): [string, unknown] => [`${path}[${index}]`, item])
    : Object.entries(value).map(([key, item]): [string, unknown] => [path === "" ? key : `${path}.${key}`, item]);
  return new Map(entries.flatMap(([inner, item]) => [...flatten(item, inner)]));
};

const toFieldValue = (value: unknown): FieldValue =>
  typeof value === "number" || typeof value === "string" || typeof value === "boolean" ? value : null;

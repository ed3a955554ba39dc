import type { z } from "zod";
import type { Message } from "../errors.ts";
import { isJsonObject } from "../json-text.ts";
import type { Json } from "../json-text.ts";
import { nearest } from "../nearest.ts";
import { allowedAt, keysAt } from "./allowed.ts";
import { foundText } from "./found-text.ts";
import { faultsAcrossFields, valueAt } from "./rules.ts";
import { profileSchema } from "./schema.ts";
import type { Profile } from "./schema.ts";

export type Checked =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly faults: readonly Message[] };

/** Judges one whole profile: every fault of single fields and across fields, each with file, path, found and allowed. */
export const checkProfile = (raw: Json, file: string): Checked => {
  const parsed = profileSchema.safeParse(raw);
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOf(issue, raw, file))),
    ...faultsAcrossFields(raw, file),
  ];
  return parsed.success && faults.length === 0 ? { ok: true, profile: parsed.data } : { ok: false, faults };
};

type Issue = z.core.$ZodIssue;

const faultsOf = (issue: Issue, raw: Json, file: string, prefix: readonly PropertyKey[] = []): readonly Message[] => {
  const where = [...prefix, ...issue.path];
  const path = pathText(where);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(key, where, file));
  }
  const found = valueAt(raw, path);
  if (issue.code === "invalid_union" && isJsonObject(found)) {
    // The other branch of every union of a profile is a single word: an object means the object branch.
    const branch =
      issue.errors.find((issues) => issues.some(({ path: inner }) => inner.length > 0)) ?? issue.errors.at(-1);
    return (branch ?? []).flatMap((inner) => faultsOf(inner, raw, file, where));
  }
  if (found === undefined) return [{ code: "fault.missing", facts: { file, path, ...allowedAt(path) } }];
  return [{ code: "fault.value", facts: { file, path, found: foundText(found), ...allowedAt(path) } }];
};

const unknownKey = (key: string, where: readonly PropertyKey[], file: string): Message => ({
  code: "fault.unknown-key",
  facts: { file, path: pathText([...where, key]), suggestion: nearest(key, keysAt(pathText(where))) },
});

/** `promise[0].users` */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");

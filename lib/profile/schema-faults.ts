import type { z } from "zod";
import type { Message } from "../errors.ts";
import { isJsonObject } from "../json-text.ts";
import type { Json } from "../json-text.ts";
import { nearest } from "../nearest.ts";
import { allowedAt, keysAt } from "./allowed.ts";
import { foundText } from "./found-text.ts";
import { valueAt } from "./rules.ts";

/** What a schema found in a file, as `fault.*`: file, path, what stands there and what may. */
export const schemaFaults = (
  schema: z.ZodType,
  issues: readonly Issue[],
  raw: Json,
  file: string,
): readonly Message[] => issues.flatMap((issue) => faultsOf(issue, { schema, raw, file }, []));

type Issue = z.core.$ZodIssue;

interface Judged {
  readonly schema: z.ZodType;
  readonly raw: Json;
  readonly file: string;
}

const faultsOf = (issue: Issue, judged: Judged, prefix: readonly PropertyKey[]): readonly Message[] => {
  const { schema, raw, file } = judged;
  const where = [...prefix, ...issue.path];
  const path = pathText(where);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, judged, where));
  const found = valueAt(raw, path);
  if (issue.code === "invalid_union" && isJsonObject(found)) {
    // The other branch of every union is a single word or null: an object means the object branch.
    const branch =
      issue.errors.find((issues) => issues.some(({ path: inner }) => inner.length > 0)) ?? issue.errors.at(-1);
    return (branch ?? []).flatMap((inner) => faultsOf(inner, judged, where));
  }
  if (found === undefined) return [{ code: "fault.missing", facts: { file, path, ...allowedAt(schema, path) } }];
  return [{ code: "fault.value", facts: { file, path, found: foundText(found), ...allowedAt(schema, path) } }];
};

const unknownKey = (key: string, { schema, file }: Judged, where: readonly PropertyKey[]): Message => ({
  code: "fault.unknown-key",
  facts: { file, path: pathText([...where, key]), suggestion: nearest(key, keysAt(schema, pathText(where))) },
});

/** `promise[0].users` */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");

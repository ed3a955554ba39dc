import { DashdError } from "../errors.ts";
import type { ChangeRequest, PlannedFor } from "../protocol/control.ts";

/** What a client sent as a ChangeRequest, or E_USAGE naming the first field that is wrong. Unknown fields are refused. */
export const parseChangeRequest = (body: unknown): ChangeRequest => {
  if (!isRecord(body)) throw bad("body", body, "an object");
  const kind = body["kind"];
  const author = {
    by: textOf(body, "by"),
    reason: textOrNullOf(body, "reason"),
    watchWindowSec: secondsOf(body, "watchWindowSec"),
  };
  switch (kind) {
    case "stage":
      refuseOthers(body, ["kind", "by", "reason", "watchWindowSec", "stage", "planned"]);
      return { kind, stage: wholeNumberOf(body, "stage"), planned: plannedOf(body["planned"] ?? null), ...author };
    case "reload":
      refuseOthers(body, ["kind", "by", "reason", "watchWindowSec"]);
      return { kind, ...author };
    case "rollback":
      refuseOthers(body, ["kind", "by", "reason", "watchWindowSec", "to"]);
      return { kind, to: (body["to"] ?? null) === null ? null : wholeNumberOf(body, "to"), ...author };
    default:
      throw bad("kind", kind, '"stage", "reload" or "rollback"');
  }
};

const plannedOf = (value: unknown): PlannedFor | null => {
  if (value === null) return null;
  if (!isRecord(value)) throw bad("planned", value, "an object");
  return { revision: wholeNumberOf(value, "revision"), profileFingerprint: textOf(value, "profileFingerprint") };
};

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const maxTextLength = 500;

const textOf = (body: Fields, name: string): string => {
  const value = body[name];
  if (typeof value === "string" && value.length > 0 && value.length <= maxTextLength) return value;
  throw bad(name, value, `a text of 1 to ${maxTextLength} characters`);
};

const textOrNullOf = (body: Fields, name: string): string | null =>
  (body[name] ?? null) === null ? null : textOf(body, name);

const wholeNumberOf = (body: Fields, name: string): number => {
  const value = body[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  throw bad(name, value, "a whole number from 1");
};

const secondsOf = (body: Fields, name: string): number | null => {
  const value = body[name] ?? null;
  if (value === null) return null;
  if (typeof value === "number" && value >= 0 && value <= longestWindowSec) return value;
  throw bad(name, value, `seconds, 0 to ${longestWindowSec}`);
};

const longestWindowSec = 86_400;

const refuseOthers = (body: Fields, known: readonly string[]): void => {
  const other = Object.keys(body).find((name) => !known.includes(name));
  if (other !== undefined) throw bad(other, "unknown", `only ${known.join(", ")}`);
};

const bad = (subject: string, value: unknown, expected: string): DashdError => {
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
  return new DashdError("E_USAGE", { found: `${subject}: ${found}`, expected });
};

import { DashdError } from "../errors.ts";
import { type Fields, isRecord } from "../is-record.ts";

/** Readers of what a client sent: each gives the field, or throws E_USAGE that names it. */
export const recordOf = (body: unknown): Fields => {
  if (isRecord(body)) return body;
  throw bad("body", body, "an object");
};

export const textOf = (body: Fields, name: string): string => {
  const value = body[name];
  if (typeof value === "string" && value.length > 0 && value.length <= maxTextLength) return value;
  throw bad(name, value, `a text of 1 to ${maxTextLength} characters`);
};

export const textOrNullOf = (body: Fields, name: string): string | null =>
  (body[name] ?? null) === null ? null : textOf(body, name);

export const wholeNumberOf = (body: Fields, name: string): number => {
  const value = body[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  throw bad(name, value, "a whole number from 1");
};

export const wholeNumberOrNullOf = (body: Fields, name: string): number | null =>
  (body[name] ?? null) === null ? null : wholeNumberOf(body, name);

export const secondsOf = (body: Fields, name: string, most: number): number => {
  const value = body[name];
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw bad(name, value, `seconds, 0 to ${most}`);
};

export const refuseOthers = (body: Fields, known: readonly string[]): void => {
  const other = Object.keys(body).find((name) => !known.includes(name));
  if (other !== undefined) throw bad(other, "unknown", `only ${known.join(", ")}`);
};

export const bad = (subject: string, value: unknown, expected: string): DashdError => {
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
  return new DashdError("E_USAGE", { found: `${subject}: ${found}`, expected });
};

const maxTextLength = 500;

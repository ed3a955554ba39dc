import { CacheError } from "./cache-error.ts";

/** A value as every layer has it: its JSON for those outside, frozen for those who ask. */
export interface JsonValue {
  readonly body: Buffer;
  readonly value: unknown;
  /** What it takes in this process' memory, about. */
  readonly bytes: number;
}

/** Also the first caller gets what JSON makes of it: a memory hit is the same as a hit in Redis. */
export const jsonValue = (key: string, loaded: unknown): JsonValue => {
  const text = textOf(key, loaded);
  const value: unknown = JSON.parse(text);
  return { body: Buffer.from(text), value, bytes: freeze(value) };
};

/** null for what is no JSON: somebody else's bytes, or half of them. */
export const readJsonValue = (body: Buffer): JsonValue | null => {
  try {
    const value: unknown = JSON.parse(body.toString());
    return { body, value, bytes: freeze(value) };
  } catch {
    return null;
  }
};

const textOf = (key: string, loaded: unknown): string => {
  let text: unknown;
  try {
    text = JSON.stringify(loaded);
  } catch (error) {
    throw new CacheError(
      "E_CACHE_VALUE",
      `what was loaded for ${JSON.stringify(key)} cannot be written as JSON`,
      error,
    );
  }
  if (typeof text === "string") return text;
  const message = `what was loaded for ${JSON.stringify(key)} is ${typeof loaded}, which JSON does not know: null says "nothing"`;
  throw new CacheError("E_CACHE_VALUE", message);
};

/** Freezes it through and through; a hit then costs 0.1 µs instead of 40 for a parse or 72 for a clone (9 kB, measured). */
const freeze = (value: unknown): number => {
  if (typeof value === "string") return stringBytes(value);
  if (typeof value !== "object" || value === null) return slotBytes;
  Object.freeze(value);
  let bytes = objectBytes;
  for (const one of Object.values(value)) bytes += slotBytes + freeze(one);
  if (!Array.isArray(value)) bytes += namesBytes(Object.keys(value));
  return bytes;
};

/** Objects of one shape share the names of their few fields; a table with many has its own, in a dictionary. */
const namesBytes = (names: readonly string[]): number =>
  names.length <= mostShared ? 0 : names.reduce((bytes, name) => bytes + dictionaryBytes + name.length, 0);

/** V8 keeps a string in one byte per character until one of them is beyond Latin-1. */
const stringBytes = (text: string): number => stringHeadBytes + text.length * (beyondLatin1.test(text) ? 2 : 1);

const beyondLatin1 = /[^\u0000-\u00ff]/;
const mostShared = 32;
const dictionaryBytes = 56;
const objectBytes = 32;
const slotBytes = 8;
const stringHeadBytes = 16;

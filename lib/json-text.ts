/**
 * Reads JSON that a person wrote. `JSON.parse` names no line (on Node 20 often not even a position) and keeps the last
 * of two equal keys in silence; this one tells the place of the first mistake, doubled keys included.
 */
export const readJsonText = (text: string): JsonText => {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return { ok: true, value: parseDocument(source) };
  } catch (error) {
    if (error instanceof Mistake) return { ok: false, ...placeOf(source, error.offset), found: error.found };
    throw error;
  }
};

export type JsonText =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly found: string };

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isJsonArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Never leaves this file. `found`: the character, the doubled key, or "" at the end of the text. */
class Mistake extends Error {
  readonly offset: number;
  readonly found: string;

  constructor(offset: number, found: string) {
    super(found);
    this.offset = offset;
    this.found = found;
  }
}

const parseDocument = (source: string): Json => {
  const cursor: Cursor = { source, at: 0, depth: 0 };
  const value = parseValue(cursor);
  skipBlank(cursor);
  if (cursor.at < source.length) throw mistakeAt(cursor);
  return value;
};

interface Cursor {
  readonly source: string;
  at: number;
  depth: number;
}

const parseValue = (cursor: Cursor): Json => {
  skipBlank(cursor);
  const char = cursor.source[cursor.at];
  if (char === "{" || char === "[") {
    // Deep nesting is never a profile: an honest fault instead of a stack overflow.
    if (cursor.depth === maxDepth) throw mistakeAt(cursor);
    cursor.depth += 1;
    const value = char === "{" ? parseObject(cursor) : parseArray(cursor);
    cursor.depth -= 1;
    return value;
  }
  return parseScalar(cursor);
};

const parseObject = (cursor: Cursor): JsonObject => {
  const entries = new Map<string, Json>();
  cursor.at += 1;
  skipBlank(cursor);
  if (take(cursor, "}")) return {};
  do {
    skipBlank(cursor);
    const keyAt = cursor.at;
    const key = parseScalar(cursor);
    if (typeof key !== "string") throw new Mistake(keyAt, cursor.source[keyAt] ?? "");
    if (entries.has(key)) throw new Mistake(keyAt, key);
    skipBlank(cursor);
    expect(cursor, ":");
    entries.set(key, parseValue(cursor));
    skipBlank(cursor);
  } while (take(cursor, ","));
  expect(cursor, "}");
  return Object.fromEntries(entries);
};

const parseArray = (cursor: Cursor): readonly Json[] => {
  const items: Json[] = [];
  cursor.at += 1;
  skipBlank(cursor);
  if (take(cursor, "]")) return items;
  do {
    items.push(parseValue(cursor));
    skipBlank(cursor);
  } while (take(cursor, ","));
  expect(cursor, "]");
  return items;
};

const parseScalar = (cursor: Cursor): Json => {
  scalar.lastIndex = cursor.at;
  const token = scalar.exec(cursor.source)?.[0];
  const value = token === undefined ? undefined : parseToken(token);
  if (token === undefined || value === undefined) throw mistakeAt(cursor);
  cursor.at += token.length;
  return value;
};

/** The pattern only finds where a string ends; escapes and control characters in it are judged here. */
const parseToken = (token: string): Json | undefined => {
  try {
    return JSON.parse(token) as Json;
  } catch {
    return undefined;
  }
};

const skipBlank = (cursor: Cursor): void => {
  blank.lastIndex = cursor.at;
  cursor.at += blank.exec(cursor.source)?.[0].length ?? 0;
};

const take = (cursor: Cursor, char: string): boolean => {
  if (cursor.source[cursor.at] !== char) return false;
  cursor.at += 1;
  return true;
};

const expect = (cursor: Cursor, char: string): void => {
  if (!take(cursor, char)) throw mistakeAt(cursor);
};

const mistakeAt = ({ source, at }: Cursor): Mistake => new Mistake(at, source[at] ?? "");

const placeOf = (source: string, offset: number): { readonly line: number; readonly column: number } => {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};

const maxDepth = 100;
const blank = /[ \t\r\n]*/y;
const scalar = /"(?:[^"\\\r\n]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

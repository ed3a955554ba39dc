import type { Message } from "../errors.ts";
import { isJsonObject } from "../json-text.ts";
import type { Json, JsonObject } from "../json-text.ts";

/** One readable file of a ladder, as it stands there. */
export interface Sheet {
  readonly stage: number;
  readonly file: string;
  readonly raw: JsonObject;
  /** Byte for byte as the package ships it. */
  readonly shipped: boolean;
}

/** A ladder's files; `broken` are the stages whose file could not be read, so that nobody calls them unknown. */
export interface Shelf {
  readonly sheets: ReadonlyMap<number, Sheet>;
  readonly broken: ReadonlySet<number>;
}

export interface Extended {
  readonly raw: JsonObject;
  readonly faults: readonly Message[];
  /** false: something it extends could not be had, so that missing fields are not this file's fault. */
  readonly whole: boolean;
}

/**
 * Puts what a sheet says over what it extends. `extends: N` means stage N of the same folder, or else of the built-in
 * ladder; a sheet that names its own number means the built-in one.
 */
export const extendSheet = (
  sheet: Sheet,
  own: Shelf,
  builtIn: Shelf | null,
  chain: readonly Sheet[] = [],
): Extended => {
  const wanted = sheet.raw["extends"];
  if (typeof wanted !== "number") return { raw: sheet.raw, faults: [], whole: wanted === undefined };
  const path = [...chain, sheet];
  const base = baseOf(sheet, wanted, own, builtIn);
  const halted = (faults: readonly Message[]): Extended => ({ raw: sheet.raw, faults, whole: false });
  if (base === "broken") return halted([]);
  if (base === null) {
    const facts = { file: sheet.file, path: "extends", found: wanted, known: otherStages(sheet, own, builtIn) };
    return halted([{ code: "fault.extends-unknown", facts }]);
  }
  if (path.includes(base)) {
    // Each file of the circle says so; one that only leads into it does not.
    const facts = { file: base.file, path: "extends", cycle: [...path, base].map(({ stage }) => String(stage)) };
    return halted(base === path[0] ? [{ code: "fault.extends-cycle", facts }] : []);
  }
  const extended = extendSheet(base, own, builtIn, path);
  return { raw: merge(withoutIdentity(extended.raw), sheet.raw), faults: extended.faults, whole: extended.whole };
};

const baseOf = (sheet: Sheet, wanted: number, own: Shelf, builtIn: Shelf | null): Sheet | "broken" | null => {
  const home = own.sheets.get(sheet.stage) === sheet ? own : (builtIn ?? own);
  const shelves = wanted === sheet.stage && home === own && builtIn !== null ? [builtIn] : [home, builtIn];
  for (const shelf of shelves) {
    const found = shelf?.sheets.get(wanted);
    if (found !== undefined) return found;
    if (shelf?.broken.has(wanted) === true) return "broken";
  }
  return null;
};

const otherStages = (sheet: Sheet, own: Shelf, builtIn: Shelf | null): readonly string[] => {
  const others = [...own.sheets.keys()].filter((stage) => stage !== sheet.stage);
  return [...new Set([...others, ...(builtIn?.sheets.keys() ?? [])])].sort((a, b) => a - b).map(String);
};

/** What a file says about itself is not inherited: each states its own number and its own why. */
const withoutIdentity = ({ $schema: _schema, stage: _stage, why: _why, extends: _extends, ...rest }: JsonObject) =>
  rest;

/** Objects are merged field by field; anything else, lists too, is replaced whole. */
const merge = (base: JsonObject, over: JsonObject): JsonObject =>
  Object.fromEntries([
    ...Object.entries(base),
    ...Object.entries(over).map(([key, value]): [string, Json] => {
      const below = Object.hasOwn(base, key) ? base[key] : undefined;
      return [key, isJsonObject(value) && isJsonObject(below) ? merge(below, value) : value];
    }),
  ]);

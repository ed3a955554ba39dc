import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DashdError } from "../errors.ts";
import type { Message } from "../errors.ts";
import { isJsonObject } from "../json-text.ts";
import { packageRoot } from "../package-root.ts";
import { extendSheet } from "./extend.ts";
import type { Shelf, Sheet } from "./extend.ts";
import { foundText } from "./found-text.ts";
import { readJsonFile, unreadable } from "../read-file.ts";
import { valueAt } from "./rules.ts";
import type { Profile } from "./schema.ts";
import { isShipped } from "./shipped.ts";

/** The stages of one folder by number, lowest first. */
export type Ladder = ReadonlyMap<number, Profile>;

/**
 * Reads every `stage-N.json` of a folder. All faults of all files come at once, as the details of one E_PROFILE; facts:
 * `directory`, `count`.
 */
export const loadLadder = async (dir: string): Promise<Ladder> => {
  const own = readShelf(dir);
  const isBuiltIn = resolve(dir) === resolve(builtInProfilesDir());
  // Read only when somebody extends: a user's whole ladder must not depend on ours.
  const extending = [...own.sheets.values()].some(({ raw }) => raw["extends"] !== undefined);
  const builtIn = extending && !isBuiltIn ? readShelf(builtInProfilesDir()) : null;
  const checked = await Promise.all([...own.sheets.values()].map((sheet) => checkSheet(sheet, own, builtIn)));
  const faults = [...own.faults, ...checked.flatMap((result) => result.faults)];
  if (faults.length > 0) {
    throw new DashdError("E_PROFILE", { directory: dir, count: faults.length }, { details: faults });
  }
  return new Map(checked.flatMap(({ profile }) => (profile === null ? [] : [[profile.stage, profile]])));
};

/** The profile of a stage; E_STAGE_UNKNOWN {stage, known}. */
export const stageOf = (ladder: Ladder, stage: number): Profile => {
  const profile = ladder.get(stage);
  if (profile !== undefined) return profile;
  throw new DashdError("E_STAGE_UNKNOWN", { stage, known: [...ladder.keys()].map(String) });
};

/** The next lower stage: where a rollback goes when there is no earlier revision. null at the lowest. */
export const lowerStage = (ladder: Ladder, stage: number): Profile | null => {
  const lower = [...ladder.keys()].filter((candidate) => candidate < stage);
  return ladder.get(Math.max(...lower)) ?? null;
};

/** `none`: it is the highest. `unknown`: the ladder cannot be read. */
export type NextStage = number | "none" | "unknown";

/** Where more users go. Pure. */
export const nextStageIn = (ladder: Ladder, stage: number): NextStage => {
  if (ladder.size === 0) return "unknown";
  const higher = [...ladder.keys()].filter((candidate) => candidate > stage);
  return higher.length === 0 ? "none" : Math.min(...higher);
};

export const builtInProfilesDir = (): string => join(packageRoot(), "profiles");

interface ReadShelf extends Shelf {
  readonly faults: readonly Message[];
}

const readShelf = (dir: string): ReadShelf => {
  const listed = listFiles(dir);
  if ("fault" in listed) return { sheets: new Map(), broken: new Set(), faults: [listed.fault] };
  const { names } = listed;
  const wrongNames = names.filter((name) => likeStage.test(name) && !stageFile.test(name));
  const files = names.flatMap((name) => {
    const stage = stageFile.exec(name)?.[1];
    return stage === undefined ? [] : [readSheet(Number(stage), join(dir, name))];
  });
  const sheets = files.flatMap((file) => ("raw" in file ? [file] : [])).sort((a, b) => a.stage - b.stage);
  return {
    sheets: new Map(sheets.map((sheet) => [sheet.stage, sheet])),
    broken: new Set(files.flatMap((file) => ("raw" in file ? [] : [file.stage]))),
    faults: [
      ...(files.length === 0 && wrongNames.length === 0 ? [{ code: "fault.ladder-empty", facts: { file: dir } }] : []),
      ...wrongNames.map((name) => ({ code: "fault.file-name", facts: { file: join(dir, name) } })),
      ...files.flatMap((file) => ("raw" in file ? [] : [file.fault])),
    ],
  };
};

const listFiles = (dir: string): { readonly names: readonly string[] } | { readonly fault: Message } => {
  try {
    return { names: readdirSync(dir).sort() };
  } catch (error) {
    return { fault: unreadable(dir, error) };
  }
};

const readSheet = (stage: number, file: string): Sheet | { readonly stage: number; readonly fault: Message } => {
  const read = readJsonFile(file);
  if ("fault" in read) return { stage, fault: read.fault };
  const { text, value } = read;
  if (!isJsonObject(value)) {
    return {
      stage,
      fault: { code: "fault.value", facts: { file, path: "", found: foundText(value), kind: "object" } },
    };
  }
  return { stage, file, raw: value, shipped: isShipped(text) };
};

interface CheckedSheet {
  readonly profile: Profile | null;
  readonly faults: readonly Message[];
}

const checkSheet = async (sheet: Sheet, own: Shelf, builtIn: Shelf | null): Promise<CheckedSheet> => {
  // Its words were checked when they were shipped; checking costs a start as much CPU as booting Node.
  if (sheet.shipped && sheet.raw["stage"] === sheet.stage) {
    return { profile: sheet.raw as unknown as Profile, faults: [] };
  }
  const { checkProfile } = await import("./check.ts");
  const extended = extendSheet(sheet, own, builtIn);
  const checked = checkProfile(extended.raw, sheet.file);
  const misnamed = typeof sheet.raw["stage"] === "number" && sheet.raw["stage"] !== sheet.stage;
  const faults = [
    ...extended.faults.filter((fault) => fault.facts["file"] === sheet.file),
    ...(misnamed ? [misnamedFault(sheet)] : []),
    ...(checked.ok ? [] : checked.faults.filter((fault) => extended.whole || isAbout(sheet, fault))),
  ];
  return { profile: checked.ok ? checked.profile : null, faults };
};

/** Whether a fault is about what the file itself says, and not about what it would have got from a broken base. */
const isAbout = (sheet: Sheet, fault: Message): boolean => {
  const path = String(fault.facts["path"]);
  return path === "stage" || path === "why" || valueAt(sheet.raw, path) !== undefined;
};

const misnamedFault = (sheet: Sheet): Message => ({
  code: "fault.stage-number",
  facts: { file: sheet.file, path: "stage", found: foundText(sheet.raw["stage"] ?? null), expected: sheet.stage },
});

const stageFile = /^stage-([1-9]\d{0,2})\.json$/;
/** Near enough to be meant as a stage: ignoring `stage2.json` or `Stage-02.json` in silence would help nobody. */
const likeStage = /^stage.*\.json$/i;

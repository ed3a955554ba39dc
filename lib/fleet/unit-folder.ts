import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DashdError } from "../errors.ts";
import { replaceFile } from "../home/atomic-file.ts";
import { makeFolder } from "../home/make-folder.ts";
import { orNotWritable } from "./or-not-writable.ts";
import { readThere } from "./read-there.ts";
import type { UnitFile } from "./systemd-units.ts";
import { marked, readMark } from "./unit-mark.ts";

/** Unit files of one instance in a folder of systemd; those of others are never touched. */
export interface UnitFolder {
  pathOf(name: string): string;
  /** What {@link write} will do. Throws E_UNIT_TAKEN. */
  compare(units: readonly UnitFile[]): readonly ComparedUnit[];
  /** Throws E_NOT_WRITABLE. */
  write(compared: readonly ComparedUnit[]): void;
  /** Those of these names that are there and ours. Throws E_UNIT_TAKEN. */
  ours(names: readonly string[]): readonly string[];
  remove(names: readonly string[]): void;
}

export interface ComparedUnit {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly change: "written" | "replaced" | "unchanged";
}

export const createUnitFolder = (dir: string, home: string): UnitFolder => {
  const pathOf = (name: string): string => join(dir, name);
  /** Null where there is none. */
  const readOurs = (name: string): string | null => {
    const path = pathOf(name);
    const text = readThere(path);
    if (text === null) return null;
    const mark = readMark(text);
    if (mark?.home !== home) throw new DashdError("E_UNIT_TAKEN", { path, found: "another", home: mark?.home ?? null });
    return text;
  };
  return {
    pathOf,
    compare: (units) =>
      units.map(({ name, text: plain }) => {
        const path = pathOf(name);
        const text = marked(plain, home);
        const there = readOurs(name);
        if (there === null || there === text) {
          return { name, path, text, change: there === null ? "written" : "unchanged" };
        }
        if (readMark(there)?.untouched !== true) {
          throw new DashdError("E_UNIT_TAKEN", { path, found: "edited", home }, { hint: "dashd service remove" });
        }
        return { name, path, text, change: "replaced" };
      }),
    write: (compared) =>
      orNotWritable(dir, () => {
        makeFolder(dir, 0o755);
        for (const { path, text, change } of compared) {
          if (change === "unchanged") continue;
          replaceFile(path, text);
          // Every user may read what a service is; nothing in it is secret.
          chmodSync(path, 0o644);
        }
      }),
    ours: (names) => names.filter((name) => readOurs(name) !== null),
    remove: (names) => {
      for (const name of names) rmSync(pathOf(name), { force: true });
    },
  };
};

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { systemCodeOf } from "../system-error.ts";

/**
 * Makes a folder and what is missing above it; one that is there is left as it is. Node's own `recursive` never returns
 * where making a folder says ENOENT below one that exists, as in /proc (measured on 20.20).
 */
export const makeFolder = (dir: string, mode = 0o777): void => {
  if (tryToMake(dir, mode)) return;
  makeFolder(dirname(dir));
  if (!tryToMake(dir, mode)) throw Object.assign(new Error(`cannot make ${dir}`), { code: "ENOENT" });
};

/** False: the folder above is missing. */
const tryToMake = (dir: string, mode: number): boolean => {
  try {
    mkdirSync(dir, { mode });
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return true;
    if (systemCodeOf(error) === "ENOENT" && dirname(dir) !== dir) return false;
    throw error;
  }
};

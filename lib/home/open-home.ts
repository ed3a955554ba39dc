import { chmodSync, closeSync, fsyncSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "../errors.ts";
import { nameBeside } from "./atomic-file.ts";
import { homeError } from "./home-error.ts";
import { makeFolder } from "./make-folder.ts";
import { homePaths, type HomePaths } from "./paths.ts";
import { systemCodeOf } from "../system-error.ts";

export interface OpenedHome extends HomePaths {
  /** What the operator should know about a home that works all the same. */
  readonly warnings: readonly Message[];
}

/** Makes the home where it is missing, closes it to others, and proves that it can be written. Throws E_HOME. */
export const openHome = (dir: string, options: { readonly logDir?: string | null } = {}): OpenedHome => {
  const paths = homePaths(dir, options);
  try {
    make(paths.dir);
    const closed = closeToOthers(paths.dir);
    proveWritable(paths.dir);
    keepOutOfGit(paths.dir);
    return { ...paths, warnings: closed ? [] : [{ code: "HOME_OPEN_TO_OTHERS", facts: { path: paths.dir } }] };
  } catch (error) {
    throw homeError(paths.dir, error);
  }
};

/** Folders above the home are nobody's secret: they get the usual mode. */
const make = (dir: string): void => {
  makeFolder(dir, 0o700);
  if (!statSync(dir).isDirectory()) throw Object.assign(new Error(dir), { code: "ENOTDIR" });
};

/** False where others may look in and the folder is not ours to close (a mounted volume). Never loosens. */
const closeToOthers = (dir: string): boolean => {
  if (process.platform === "win32") return true;
  const { mode, uid } = statSync(dir);
  const owner = process.getuid?.();
  // Root's home may be passed through (0711): another user's PostgreSQL lives below it.
  const tooWide = mode & (owner === 0 ? 0o066 : 0o077);
  if (tooWide === 0) return true;
  if (uid !== owner) return false;
  chmodSync(dir, mode & 0o7777 & ~tooWide);
  return true;
};

/** Asking for permission proves little: a read-only or a full disk is found by writing. */
const proveWritable = (dir: string): void => {
  const probe = nameBeside(join(dir, "probe"));
  try {
    const fd = openSync(probe, "wx", 0o600);
    try {
      writeFileSync(fd, "x".repeat(4096));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } finally {
    rmSync(probe, { force: true });
  }
};

const keepOutOfGit = (dir: string): void => {
  try {
    writeFileSync(join(dir, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
  }
};

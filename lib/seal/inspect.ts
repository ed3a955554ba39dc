import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { eachOf } from "./copy.ts";
import { isAsMade, type Manifest } from "./manifest.ts";
import { isBelow } from "./survey.ts";

/**
 * Every file of the copy is there, and nobody touched what was installed. The app may have written into its own files;
 * whether its code is still what it was is for the fingerprint to say.
 */
export const isIntact = async (tree: string, { files }: Manifest): Promise<boolean> => {
  let isWhole = true;
  await eachOf(files, async (file) => {
    if (!isWhole) return;
    const now = await lstat(join(tree, file.path)).catch(() => null);
    const isEmptied = now?.size === 0 && file.size > 0;
    if (now === null || isEmptied || (isDependency(file.path) && !isAsMade(file, now))) isWhole = false;
  });
  return isWhole;
};

/** Files of the app's own that are new or other than they were made, by their paths in the copy. */
export const writtenIn = async (tree: string, { folders, files, links }: Manifest): Promise<readonly string[]> => {
  const made = new Map(files.map((file) => [file.path, file]));
  const known = new Set([...folders, ...made.keys(), ...links.map(({ path }) => path)]);
  const between = new Set([...known].flatMap(foldersAbove));
  const written: string[] = [];
  for (const folder of folders) {
    if (isDependency(folder)) continue;
    for (const { name } of await readdir(join(tree, folder), { withFileTypes: true }).catch(() => [])) {
      const path = folder === "" ? name : join(folder, name);
      const file = made.get(path);
      if (file === undefined) {
        if (!known.has(path) && !between.has(path)) written.push(path);
      } else if (!isDependency(path)) {
        const now = await lstat(join(tree, path)).catch(() => null);
        if (now !== null && !isAsMade(file, now)) written.push(path);
      }
    }
  }
  return written;
};

const foldersAbove = (path: string): readonly string[] => {
  const parts = path.split(/[/\\]/);
  return parts.slice(1).map((_, index) => join(...parts.slice(0, index + 1)));
};

const isDependency = (path: string): boolean => isBelow(path, "node_modules");

import { lstat, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
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

/** What the app itself may write into: all but what was installed. */
export const ownPart = ({ folders, files, links }: Manifest): OwnPart => ({
  folders: folders.filter((path) => !isDependency(path)),
  files: files.filter(({ path }) => !isDependency(path)),
  links: links.filter(({ path }) => !isDependency(dirname(path))),
});

export type OwnPart = Pick<Manifest, "folders" | "files" | "links">;

/** Files of the app's own that are new or other than they were made, by their paths in the copy. */
export const writtenIn = async (tree: string, { folders, files, links }: OwnPart): Promise<readonly string[]> => {
  const made = new Map(files.map((file) => [file.path, file]));
  const known = new Set([...folders, ...made.keys(), ...links.map(({ path }) => path)]);
  const between = new Set([...known].flatMap(foldersAbove));
  const written: string[] = [];
  for (const folder of folders) {
    for (const { name } of await readdir(join(tree, folder), { withFileTypes: true }).catch(() => [])) {
      const path = folder === "" ? name : join(folder, name);
      const file = made.get(path);
      if (file === undefined) {
        if (!known.has(path) && !between.has(path) && name !== "node_modules") written.push(path);
      } else {
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

import { lstat, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { eachOf, hashOf } from "./copy.ts";
import { isAsMade, type Manifest } from "./manifest.ts";
import { isOwn } from "./survey.ts";

/**
 * Every file of the copy is there, and all code is what was copied: the app's own by its content, what is installed by size
 * and time. Into its other files the app may have written.
 */
export const isIntact = async (tree: string, { app, files }: Manifest): Promise<boolean> => {
  let isWhole = true;
  await eachOf(files, async (file) => {
    if (!isWhole) return;
    const path = join(tree, file.path);
    const now = await lstat(path).catch(() => null);
    const isEmptied = now?.size === 0 && file.size > 0;
    if (now === null || isEmptied || (file.isCode && !isAsMade(file, now))) isWhole = false;
    else if (file.isCode && isOwn(file.path, app) && (await hashOf(path, file.size)).sha256 !== file.sha256) {
      isWhole = false;
    }
  });
  return isWhole;
};

/** What the app itself may write into: all but what was installed. */
export const ownPart = ({ app, folders, files, links }: Manifest): OwnPart => ({
  folders: folders.filter((path) => isOwn(path, app)),
  files: files.filter(({ path }) => isOwn(path, app)),
  links: links.filter(({ path }) => isOwn(dirname(path), app)),
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

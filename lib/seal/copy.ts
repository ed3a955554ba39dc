import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, link, lstat, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DashdError } from "../errors.ts";
import { isAsMade, type Manifest, manifestFile, type SealedFile, treeFolder } from "./manifest.ts";
import type { Survey, SurveyedFile } from "./survey.ts";

/** The copy before, whose files a new one shares where the originals have not changed since. */
export interface Basis {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Makes a copy in an empty folder, and gives what it consists of. Hard links are made between copies only: one to the
 * original would change with whatever is written into it in place (`cp`, an editor, `prisma generate`). From the original it
 * is a real copy, shared by the file system where that can (btrfs, xfs, APFS).
 */
export const copyTree = async (from: Survey, into: string, basis: Basis | null): Promise<Manifest> => {
  const tree = join(into, treeFolder);
  for (const folder of [...from.folders].sort()) await mkdir(join(tree, folder), { recursive: true });
  const known = new Map(basis?.manifest.top === from.top ? basis.manifest.files.map((file) => [file.path, file]) : []);
  const files: SealedFile[] = [];
  await eachOf(from.files, async (file) => {
    const target = join(tree, file.path);
    const before = known.get(file.path);
    const shared = before !== undefined && basis !== null && isUnchanged(before, file);
    if (shared && (await tryToLink(before, join(basis.folder, treeFolder, file.path), target))) {
      files.push({ ...file, sha256: before.sha256 });
    } else files.push({ ...file, sha256: await copyOne(join(from.top, file.path), target, file) });
  });
  for (const { path, target } of from.links) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await symlink(target, join(tree, path));
  }
  if (from.above !== null) await symlink(from.above, join(into, "node_modules"));
  // Where the app has no package.json, one that lies above the home must not become its own.
  await writeFile(join(into, "package.json"), "{}\n");
  const { top, folders, links, above } = from;
  const manifest: Manifest = { version: 1, top, folders, files, links, above };
  await writeFile(join(into, manifestFile), JSON.stringify(manifest), { flush: true });
  return manifest;
};

export const isUnchanged = (a: SurveyedFile, b: SurveyedFile): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino && a.mode === b.mode;

/** What is written while it is copied is copied again; then the change is refused. */
const copyOne = async (source: string, target: string, seen: SurveyedFile): Promise<string> => {
  for (let tries = 0; tries < 3; tries++) {
    const before = tries === 0 ? seen : await lstat(source);
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    const content = await readFile(target);
    const after = await lstat(source);
    if (after.mtimeMs === before.mtimeMs && after.size === seen.size && content.byteLength === seen.size) {
      await utimes(target, after.atimeMs / 1_000, seen.mtimeMs / 1_000);
      await chmod(target, (seen.mode & 0o555) | 0o400);
      return createHash("sha256").update(content).digest("hex");
    }
  }
  throw new DashdError("E_SEAL", { path: source, found: "seal.changing" });
};

/** False where the file before is gone, was written into, or can have no more names (EMLINK). */
const tryToLink = async (made: SealedFile, before: string, target: string): Promise<boolean> => {
  try {
    if (!isAsMade(made, await lstat(before))) return false;
    await link(before, target);
    return true;
  } catch {
    return false;
  }
};

/** A few at a time: each is short, and the master's own writes go the same way. */
export const eachOf = async <T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
};

const atOnce = 3;

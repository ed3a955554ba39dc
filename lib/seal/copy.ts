import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, link, lstat, mkdir, open, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DashdError } from "../errors.ts";
import { isAsMade, type Manifest, manifestFile, type SealedFile, treeFolder } from "./manifest.ts";
import { isOwn, type Survey, type SurveyedFile } from "./survey.ts";

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
  // Another release has the same packages under another path.
  const twins = new Map(basis?.manifest.files.map((file) => [contentOf(file), file]));
  const share = async (made: SealedFile | undefined, target: string): Promise<boolean> =>
    made !== undefined &&
    basis !== null &&
    !isOwnCode(made, from.app) &&
    tryToLink(made, join(basis.folder, treeFolder, made.path), target);
  const files: SealedFile[] = [];
  await eachOf(from.files, async (file) => {
    const target = join(tree, file.path);
    const before = known.get(file.path);
    if (before !== undefined && isUnchanged(before, file) && (await share(before, target))) {
      files.push({ ...file, sha256: before.sha256 });
    } else {
      const shareTwin = (found: SealedFile) => share(twins.get(contentOf(found)), target);
      files.push(await copyOne(join(from.top, file.path), target, file, shareTwin));
    }
  });
  for (const { path, target } of from.links) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await symlink(target, join(tree, path));
  }
  if (from.above !== null) await symlink(from.above, join(into, "node_modules"));
  // Where the app has no package.json, one that lies above the home must not become its own.
  await writeFile(join(into, "package.json"), "{}\n");
  const { top, app, folders, links, above } = from;
  const manifest: Manifest = { version: 1, top, app, folders, files, links, above };
  await writeFile(join(into, manifestFile), JSON.stringify(manifest), { flush: true });
  return manifest;
};

export const isUnchanged = (a: SurveyedFile, b: SurveyedFile): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino && a.mode === b.mode;

/** Always copied anew: there is little of it, and its content is what a copy is for. */
const isOwnCode = ({ path, isCode }: SealedFile, app: string): boolean => isCode && isOwn(path, app);

/** What can be one file under several names: times count too, since pages are served with them. */
const contentOf = ({ sha256, mode, mtimeMs }: SealedFile): string => `${sha256} ${mode & 0o111} ${Math.round(mtimeMs)}`;

/** What is written while it is copied is copied again; then the change is refused. */
const copyOne = async (
  source: string,
  target: string,
  file: SurveyedFile,
  shareTwin: (found: SealedFile) => Promise<boolean>,
): Promise<SealedFile> => {
  let before = file;
  for (let tries = 0; tries < 3; tries++) {
    const { sha256, size } = await hashOf(source, before.size);
    const isShared = await shareTwin({ ...before, sha256 });
    if (!isShared) await copyFile(source, target, constants.COPYFILE_FICLONE);
    const after = await lstat(source);
    if (after.mtimeMs === before.mtimeMs && after.size === before.size && size === before.size) {
      if (!isShared) {
        await utimes(target, after.atimeMs / 1_000, before.mtimeMs / 1_000);
        await chmod(target, (before.mode & 0o555) | 0o400);
      }
      return { ...before, sha256 };
    }
    await rm(target);
    const { mtimeMs, ctimeMs, ino, mode } = after;
    before = { path: file.path, isCode: file.isCode, size: after.size, mode, mtimeMs, ctimeMs, ino };
  }
  throw new DashdError("E_SEAL", { path: source, found: "seal.changing" });
};

/** In pieces: a large file at once would keep the master's loop for as long. */
export const hashOf = async (
  path: string,
  about: number,
): Promise<{ readonly sha256: string; readonly size: number }> => {
  const hash = createHash("sha256");
  if (about <= pieceBytes) {
    const content = await readFile(path);
    return { sha256: hash.update(content).digest("hex"), size: content.byteLength };
  }
  let size = 0;
  const file = await open(path);
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length);
      if (bytesRead === 0) return { sha256: hash.digest("hex"), size };
      hash.update(piece.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
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
const pieceBytes = 1024 * 1024;

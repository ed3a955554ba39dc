import type { Dirent } from "node:fs";
import { lstat, mkdir, readdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { DashdError } from "../errors.ts";

/** What is to be sealed. */
export interface AppFolder {
  /** Real path of the package's folder; of the entry's own where no package.json is near. */
  readonly folder: string;
  /** The files that the fingerprint covers: a folder that holds one of them is code, whatever its name. */
  readonly code: readonly string[];
}

export interface SurveyOptions {
  /** Real paths that are never copied: the home. */
  readonly apart: readonly string[];
  /** Names below the app's folder that stay where they are, beside what {@link isData} finds. */
  readonly keep: readonly string[];
}

/** Everything a copy consists of. Paths are relative to `top`. */
export interface Survey {
  /** The app's folder, or that of the workspace whose node_modules it uses. */
  readonly top: string;
  /** The app's folder. */
  readonly app: string;
  readonly folders: readonly string[];
  readonly files: readonly SurveyedFile[];
  readonly links: readonly SurveyedLink[];
  /** The nearest node_modules further up, where Node would look last; null without one. */
  readonly above: string | null;
}

export interface SurveyedFile {
  readonly path: string;
  /** Code, of which the app writes none itself: its own, and all that is installed. */
  readonly isCode: boolean;
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
  /** No program can set it back: with inode, size and mtime it tells whether a file is still the one that was copied. */
  readonly ctimeMs: number;
  readonly ino: number;
}

export interface SurveyedLink {
  readonly path: string;
  /** Relative where the copy has what it leads to, else the absolute path outside. */
  readonly target: string;
}

/**
 * Looks at all that an app's copy needs, in the places where Node looks for it: the app's folder, the node_modules above
 * it in a workspace, and the workspace's packages linked from there. What lies between is linked to, not copied, and so is
 * data: an app that writes beside its code goes on writing there.
 */
export const survey = async (app: AppFolder, options: SurveyOptions): Promise<Survey> => {
  const top = await topOf(app.folder);
  const keep = new Set(options.keep.map((name) => resolve(app.folder, name)));
  const code = new Set(app.code);
  const folders: string[] = [];
  const files: SurveyedFile[] = [];
  const found: { readonly path: string; readonly target: string }[] = [];
  const roots: string[] = [];
  let bytes = 0;

  const keepsOut = (path: string, entry: Dirent): boolean => namesApart.has(entry.name) || options.apart.includes(path);
  const staysThere = (path: string, entry: Dirent): boolean =>
    keep.has(path) ||
    (entry.name === ".cache" && entry.isDirectory()) ||
    (!isBelow(path, "node_modules") && isData(path, entry, app));

  const walk = async (folder: string): Promise<void> => {
    folders.push(relative(top, folder));
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (keepsOut(path, entry)) continue;
      if (entry.isSymbolicLink()) found.push({ path, target: resolve(folder, await readlink(path)) });
      else if (staysThere(path, entry)) found.push({ path, target: path });
      else if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) {
        const { size, mode, mtimeMs, ctimeMs, ino } = await lstat(path);
        bytes += size;
        const isCode = code.has(path) || !isOwn(path, app.folder);
        files.push({ path: relative(top, path), isCode, size, mode, mtimeMs, ctimeMs, ino });
        if (files.length > mostFiles || bytes > mostBytes) throw tooLarge(app.folder, files.length, bytes);
      }
    }
  };
  const add = async (root: string): Promise<void> => {
    if (roots.some((known) => isIn(root, known))) return;
    roots.push(root);
    await walk(root);
  };

  await add(app.folder);
  for (const folder of between(app.folder, top)) {
    if (await isFolder(join(folder, "node_modules"))) await add(join(folder, "node_modules"));
  }
  // A workspace's own packages: they are dependencies that lie beside the app. More of them may turn up on the way.
  for (let at = 0; at < found.length; at++) {
    const { path, target } = found[at] ?? { path: "", target: "" };
    const real = isBelow(path, "node_modules") && path !== target ? await realFolder(target) : null;
    if (real !== null && isIn(real, top) && !isIn(app.folder, real)) await add(real);
  }
  for (const path of keep) {
    if (found.some((one) => one.path === path)) continue;
    // Named, and not there yet: a link to nothing would keep the app from making a folder.
    if (extname(path) === "") await mkdir(path, { recursive: true });
    found.push({ path, target: path });
  }

  const isCopied = (path: string): boolean => roots.some((root) => isIn(path, root));
  const kept = new Set(found.filter(({ path, target }) => path === target).map(({ path }) => path));
  const isInside = (path: string): boolean => isCopied(path) && ![...kept].some((one) => isIn(path, one));
  const links = found
    .filter(({ path }) => isCopied(dirname(path)))
    .map(({ path, target }) => ({
      path: relative(top, path),
      target: path !== target && isInside(target) ? relative(dirname(path), target) : target,
    }));
  const above = await modulesAbove(top);
  return {
    top,
    app: relative(top, app.folder),
    folders,
    files,
    links: [...links, ...(await linksBetween(top, roots, options.apart))],
    above,
  };
};

const modulesAbove = async (top: string): Promise<string | null> => {
  for (let at = top; dirname(at) !== at;) {
    at = dirname(at);
    if (await isFolder(join(at, "node_modules"))) return join(at, "node_modules");
  }
  return null;
};

/** What lies beside the copied folders, up to the top: a relative import that leaves the package finds it. */
const linksBetween = async (
  top: string,
  roots: readonly string[],
  apart: readonly string[],
): Promise<readonly SurveyedLink[]> => {
  if (roots.includes(top)) return [];
  const chain = new Set(roots.flatMap((root) => between(root, top)));
  const links: SurveyedLink[] = [];
  for (const folder of chain) {
    for (const { name } of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, name);
      const isOurs = chain.has(path) || roots.includes(path) || apart.includes(path) || namesApart.has(name);
      if (!isOurs) links.push({ path: relative(top, path), target: path });
    }
  }
  return links;
};

/** The highest folder above with both a package.json and node_modules: there a workspace keeps what its packages need. */
const topOf = async (folder: string): Promise<string> => {
  let top = folder;
  for (let at = dirname(folder); dirname(at) !== at; at = dirname(at)) {
    if ((await isFolder(join(at, "node_modules"))) && (await isThere(join(at, "package.json")))) top = at;
  }
  return top;
};

/** The folders above `path`, up to `top` and with it. */
const between = (path: string, top: string): readonly string[] => {
  const folders: string[] = [];
  for (let at = path; at !== top && dirname(at) !== at;) folders.push((at = dirname(at)));
  return folders;
};

/** A database, a log, or a folder at the top of the app that is named like what people fill, and holds no code. */
const isData = (path: string, entry: Dirent, { folder, code }: AppFolder): boolean => {
  if (entry.isFile()) return dataEndings.has(extname(entry.name).replace(/-(wal|shm|journal)$/, ""));
  if (path === join(folder, ".next", "cache")) return true;
  return dirname(path) === folder && dataFolders.has(entry.name) && !code.some((file) => isIn(file, path));
};

export const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}${sep}`);

/** The app's own, which it may write into; what is installed is not. */
export const isOwn = (path: string, app: string): boolean =>
  (app === "" || isIn(path, app)) && !isBelow(path, "node_modules");

/** It lies in a folder of that name, or is one. */
const isBelow = (path: string, name: string): boolean => path.split(sep).includes(name);

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() === true && basename(path) !== "";
const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;
const realFolder = async (path: string): Promise<string | null> => {
  const real = await realpath(path).catch(() => null);
  return real !== null && (await isFolder(real)) ? real : null;
};

const tooLarge = (path: string, files: number, bytes: number): DashdError =>
  new DashdError("E_SEAL", { path, found: "seal.too-large", files, mb: Math.round(bytes / 1_000_000) });

const namesApart = new Set([".git", ".hg", ".svn", ".dashd"]);
const dataEndings = new Set([".db", ".db3", ".sqlite", ".sqlite3", ".log", ".pid", ".sock"]);
const dataFolders = new Set("data uploads upload storage logs log tmp temp var run".split(" "));
const mostFiles = 300_000;
const mostBytes = 4_000_000_000;

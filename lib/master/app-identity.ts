import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, relative, resolve } from "node:path";
import { isShortage, readOr } from "../system-error.ts";
import type { Sealed } from "../seal/seals.ts";
import { identifyUpstream, upstreamOf } from "./upstream-app.ts";

/** How Node is started for it, where that is not as usual. */
export interface Launch {
  /** Node's own flags, in front of the file. */
  readonly execArgv?: readonly string[];
  /** Where it runs; unless said, where dashd does. */
  readonly cwd?: string;
}

/** Which code a generation runs, fixed at its birth. */
export interface AppIdentity extends Launch {
  /** Real path: a `current → releases/42` link is resolved once, so that the generation stays with its release. */
  readonly path: string;
  readonly builtIn: boolean;
  readonly args: readonly string[];
  /** From the nearest package.json; null where there is none. */
  readonly version: string | null;
  /** sha256 over the names and contents of the app's code, "sha256:…". */
  readonly fingerprint: string;
  /** The copy that it runs from; without one it runs where it lies. */
  readonly sealed?: SealedAt;
}

/** Where the copy of an app is, in the home. */
export interface SealedAt {
  readonly copy: string;
  /** All of it: above this folder nothing is the app's. */
  readonly folder: string;
  /** The file that runs. */
  readonly entry: string;
  /** Where Node's flags lead into the app's folder, they lead into the copy. */
  readonly execArgv: readonly string[];
  /** For an app whose own folder is gone. */
  readonly cwd: string;
}

export interface AppToRun extends Launch {
  readonly path: string;
  readonly builtIn: boolean;
  readonly args: readonly string[];
}

/** Throws what the file system throws when the entry file is gone, and where the system has no descriptor left to look with. */
export const identifyApp = (app: AppToRun): AppIdentity => {
  const { path, builtIn, args, execArgv, cwd } = app;
  const upstream = upstreamOf(app);
  if (upstream !== null) return identifyUpstream(upstream);
  const realPath = realpathSync(path);
  const { root, files, version } = codeOf(realPath);
  return {
    path: realPath,
    builtIn,
    args,
    ...(execArgv !== undefined && execArgv.length > 0 && { execArgv }),
    ...(cwd !== undefined && { cwd: realpathSync(cwd) }),
    version,
    fingerprint: fingerprintOf(root, files),
  };
};

/** The same app as its copy has it, whatever became of the original. */
export const identifySealed = ({ path, builtIn, args, execArgv, cwd }: AppToRun, sealed: Sealed): AppIdentity => {
  const entry = sealed.at(path);
  if (entry === null) throw new Error(`${path} is not in the copy ${sealed.name}`);
  const { root, files, version } = codeOf(entry, sealed.folder);
  const flags = (execArgv ?? []).map((flag) => flagIn(flag, cwd ?? dirname(path), sealed));
  return {
    ...{ path, builtIn, args },
    ...(execArgv !== undefined && execArgv.length > 0 && { execArgv }),
    ...(cwd !== undefined && { cwd }),
    version,
    fingerprint: fingerprintOf(root, files),
    sealed: {
      copy: sealed.name,
      folder: sealed.folder,
      entry,
      execArgv: flags,
      cwd: (cwd === undefined ? null : sealed.at(cwd)) ?? dirname(entry),
    },
  };
};

/** `--import ./telemetry.mjs` is the app's code too. Packages are found from where the app runs. */
const flagIn = (flag: string, cwd: string, { at }: Sealed): string => {
  const [, name = "", path = flag] = /^(--(?:require|import|loader|experimental-loader)=|)(.*)$/s.exec(flag) ?? [];
  return /^\.{1,2}[/\\]/.test(path) ? `${name}${at(resolve(cwd, path)) ?? path}` : flag;
};

/** The app's folder, and the code in it that the fingerprint covers. */
export const appFolderOf = ({ path }: AppIdentity): { readonly folder: string; readonly code: readonly string[] } => {
  const { root, files } = codeOf(path);
  return { folder: root, code: files };
};

/** The files that a development run watches: without a package.json near, what lies below the entry's folder. */
export const codeFilesOf = (entry: string): readonly string[] =>
  sourcesOf(nearestPackage(dirname(entry))?.dir ?? dirname(entry), entry);

/**
 * Looks from time to time whether the code is still what a generation was born with: on disk, or where it runs, which is
 * another place once it is sealed. Contents are read again only when a file's size or time has changed, and then not all at
 * once: the master has other things to do. Where the system has no descriptor left to look with, the answer is the last one.
 */
export const createAppWatch = (where: "on-disk" | "where-it-runs"): ((app: AppIdentity) => Promise<boolean>) => {
  let seen: Look | null = null;
  let known: { readonly fingerprint: string; readonly differs: boolean } | null = null;
  return async (app) => {
    if (upstreamOf(app) !== null) return false;
    const { fingerprint } = app;
    try {
      const sealed = where === "on-disk" ? undefined : app.sealed;
      const { root, files } = codeOf(sealed?.entry ?? app.path, sealed?.folder ?? null);
      const signature = files.map((file) => `${file} ${timeAndSizeOf(file)}`).join("\n");
      if (seen?.signature !== signature || seen.fingerprint !== fingerprint)
        seen = { signature, fingerprint, differs: differsFrom(fingerprint, root, files) };
      const differs = await seen.differs;
      known = { fingerprint, differs };
      return differs;
    } catch (error) {
      if (!isShortage(error)) throw error;
      seen = null;
      return known?.fingerprint === fingerprint && known.differs;
    }
  };
};

interface Look {
  readonly signature: string;
  readonly fingerprint: string;
  /** Rejects in a shortage alone. */
  readonly differs: Promise<boolean>;
}

const differsFrom = async (fingerprint: string, root: string, files: readonly string[]): Promise<boolean> => {
  try {
    const hash = createHash("sha256");
    for (const file of files) addTo(hash, root, file, await readFile(file));
    return `sha256:${hash.digest("hex")}` !== fingerprint;
  } catch (error) {
    if (isShortage(error)) throw error;
    return true;
  }
};

/** `outermost`: above it no package.json is the app's. */
const codeOf = (entry: string, outermost: string | null = null): Code => {
  const pack = nearestPackage(dirname(entry));
  return pack === null || pack.dir === outermost
    ? { root: dirname(entry), files: [entry], version: null }
    : { root: pack.dir, files: sourcesOf(pack.dir, entry), version: pack.version };
};

interface Code {
  readonly root: string;
  readonly files: readonly string[];
  readonly version: string | null;
}

const timeAndSizeOf = (file: string): string => {
  try {
    const { mtimeMs, ctimeMs, size } = statSync(file);
    return `${mtimeMs} ${ctimeMs} ${size}`;
  } catch {
    return "gone";
  }
};

const nearestPackage = (dir: string): { readonly dir: string; readonly version: string | null } | null => {
  for (let at = dir; ; at = dirname(at)) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
      const version = typeof parsed === "object" && parsed !== null && "version" in parsed ? parsed.version : null;
      return { dir: at, version: typeof version === "string" ? version : null };
    } catch (error) {
      if (isShortage(error)) throw error;
      if (dirname(at) === at) return null;
    }
  }
};

/**
 * The code of the app's own package. What a package manager installed is named by the lock file; data, pages and tests
 * are left out, since an app that writes a file beside its code must not look like another app.
 */
const sourcesOf = (root: string, entry: string): readonly string[] => {
  const files = new Set([entry]);
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined && files.size < mostFiles; folder = folders.pop()) {
    for (const found of entriesOf(folder)) {
      const path = join(folder, found.name);
      if (found.isDirectory() && !isApart(found.name)) folders.push(path);
      if (found.isFile() && isCode(found.name) && isTaken(path)) files.add(path);
    }
  }
  return [...files].sort();
};

const entriesOf = (folder: string): readonly Dirent[] => readOr([], () => readdirSync(folder, { withFileTypes: true }));

/** What this user may not read, the app cannot load. */
const isTaken = (path: string): boolean =>
  readOr(false, () => {
    const fd = openSync(path, "r");
    try {
      return fstatSync(fd).size <= largestFileBytes;
    } finally {
      closeSync(fd);
    }
  });

const fingerprintOf = (root: string, files: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const file of files) addTo(hash, root, file, readFileSync(file));
  return `sha256:${hash.digest("hex")}`;
};

const addTo = (hash: Hash, root: string, file: string, content: Buffer): void =>
  void hash.update(`${relative(root, file)}\0${content.byteLength}\0`).update(content);

const isCode = (name: string): boolean => codeEndings.has(extname(name)) || manifests.has(name);
const isApart = (name: string): boolean => name.startsWith(".") || foldersApart.has(name);

const codeEndings = new Set(".js .mjs .cjs .jsx .ts .mts .cts .tsx .wasm .node".split(" "));
const manifests = new Set("package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml".split(" "));
const foldersApart = new Set("node_modules test tests __tests__ docs coverage".split(" "));
const mostFiles = 5_000;
const largestFileBytes = 8 * 1024 * 1024;

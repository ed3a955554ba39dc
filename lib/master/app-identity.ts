import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
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
}

export interface AppToRun extends Launch {
  readonly path: string;
  readonly builtIn: boolean;
  readonly args: readonly string[];
}

/** Throws what the file system throws when the entry file is gone. */
export const identifyApp = (app: AppToRun): AppIdentity => {
  const { path, builtIn, args, execArgv, cwd } = app;
  const upstream = upstreamOf(app);
  if (upstream !== null) return identifyUpstream(upstream);
  const realPath = realpathSync(path);
  const pack = nearestPackage(dirname(realPath));
  const files = pack === null ? [realPath] : sourcesOf(pack.dir, realPath);
  return {
    path: realPath,
    builtIn,
    args,
    ...(execArgv !== undefined && execArgv.length > 0 && { execArgv }),
    ...(cwd !== undefined && { cwd: realpathSync(cwd) }),
    version: pack?.version ?? null,
    fingerprint: fingerprintOf(pack?.dir ?? dirname(realPath), files),
  };
};

/** The files that a development run watches: without a package.json near, what lies below the entry's folder. */
export const codeFilesOf = (entry: string): readonly string[] =>
  sourcesOf(nearestPackage(dirname(entry))?.dir ?? dirname(entry), entry);

/**
 * Looks from time to time whether the code on disk is still what a generation runs. Contents are read again only when a
 * file's size or time has changed.
 */
export const createAppWatch = (): ((app: AppIdentity) => boolean) => {
  let seen: { readonly signature: string; readonly fingerprint: string; readonly drifted: boolean } | null = null;
  return (app) => {
    if (upstreamOf(app) !== null) return false;
    const signature = signatureOf(app);
    if (seen?.signature !== signature || seen.fingerprint !== app.fingerprint) {
      seen = { signature, fingerprint: app.fingerprint, drifted: differsOnDisk(app) };
    }
    return seen.drifted;
  };
};

const differsOnDisk = (app: AppIdentity): boolean => {
  try {
    return identifyApp(app).fingerprint !== app.fingerprint;
  } catch {
    return true;
  }
};

const signatureOf = ({ path }: AppIdentity): string => {
  const pack = nearestPackage(dirname(path));
  const files = pack === null ? [path] : sourcesOf(pack.dir, path);
  return files.map((file) => `${file} ${timeAndSizeOf(file)}`).join("\n");
};

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
    } catch {
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
      if (found.isFile() && isCode(found.name) && isSmall(path)) files.add(path);
    }
  }
  return [...files].sort();
};

const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
};

const isSmall = (path: string): boolean => {
  try {
    return statSync(path).size <= largestFileBytes;
  } catch {
    return false;
  }
};

const fingerprintOf = (root: string, files: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.byteLength}\0`).update(content);
  }
  return `sha256:${hash.digest("hex")}`;
};

const isCode = (name: string): boolean => codeEndings.has(extname(name)) || manifests.has(name);
const isApart = (name: string): boolean => name.startsWith(".") || foldersApart.has(name);

const codeEndings = new Set(".js .mjs .cjs .jsx .ts .mts .cts .tsx .wasm .node".split(" "));
const manifests = new Set("package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml".split(" "));
const foldersApart = new Set("node_modules test tests __tests__ docs coverage".split(" "));
const mostFiles = 5_000;
const largestFileBytes = 8 * 1024 * 1024;

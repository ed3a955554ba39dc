import { accessSync, constants, readFileSync, type Stats, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { DashdError } from "../errors.ts";
import { shellWord } from "../shell-word.ts";
import { readStartScript } from "./start-script.ts";

/** What runs for what was typed as the app: the file itself, or what a folder's package.json names. */
export const appOf = (typed: string, cwd: string): NamedApp => {
  const path = resolve(cwd, typed);
  const found = lookAt(path);
  if (found?.isFile() !== true && found?.isDirectory() !== true) {
    throw notFound(path, found === null ? null : "not-a-file");
  }
  const app = found.isFile() ? { path, args: [] } : appOfFolder(path, cwd);
  if (!mayRead(app.path)) throw notFound(app.path, "unreadable");
  return app;
};

/** null: it is not there. Throws E_APP_NOT_FOUND where this user may not look. */
const lookAt = (path: string): Stats | null => {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw notFound(path, mayRead(dirname(path)) ? null : "unreadable", null, error);
  }
};

const mayRead = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
};

export interface NamedApp {
  readonly path: string;
  /** In front of those behind `--`. */
  readonly args: readonly string[];
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
}

/** As `npm start` would: `scripts.start`, else `main`, else server.js; in that folder. */
const appOfFolder = (folder: string, cwd: string): NamedApp => {
  const { main, start } = readManifest(folder);
  const inFolder = (names: readonly string[]): string | undefined =>
    names.map((name) => join(folder, name)).find(isFile);
  const named = main === null ? undefined : inFolder(spellings(main));
  if (start === null) {
    const path = main === null ? inFolder(usualFiles) : named;
    if (path !== undefined) return { path, args: [], cwd: folder };
    throw notFound(folder, main === null ? "folder-without-main" : "main-missing", main);
  }
  const script = readStartScript(start);
  const path = script.kind === "node" ? inFolder(spellings(script.file)) : undefined;
  if (script.kind === "node" && path !== undefined) {
    return { path, args: script.args, cwd: folder, execArgv: script.execArgv };
  }
  const file = named ?? inFolder(start.split(/\s+/).filter((word) => codeFile.test(word))) ?? inFolder(usualFiles);
  const found = script.kind === "node" ? "start-file-missing" : "start-needs-shell";
  throw new DashdError(
    "E_START_SCRIPT",
    { path: join(folder, "package.json"), script: start, found },
    { hint: `dashd start ${shellWord(`./${file === undefined ? "server.js" : relative(cwd, file)}`)}` },
  );
};

/** As Node finds a file by a name without its ending. */
const spellings = (name: string): readonly string[] => [
  name,
  ...endings.map((ending) => `${name}${ending}`),
  join(name, "index.js"),
];

const usualFiles = ["server.js", "index.js", "index.mjs", "index.cjs"];
const endings = [".js", ".mjs", ".cjs"];
const codeFile = /^[^-].*\.[cm]?[jt]sx?$/;

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

interface Manifest {
  readonly main: string | null;
  readonly start: string | null;
}

const readManifest = (folder: string): Manifest => {
  const path = join(folder, "package.json");
  if (!isFile(path)) return { main: null, start: null };
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    return { main: textIn(parsed, "main"), start: textIn(fieldIn(parsed, "scripts"), "start") };
  } catch (error) {
    throw notFound(path, "broken-package-json", null, error);
  }
};

const fieldIn = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

const textIn = (value: unknown, name: string): string | null => {
  const field = fieldIn(value, name);
  return typeof field === "string" && field.trim() !== "" ? field : null;
};

const notFound = (path: string, found: string | null, main: string | null = null, cause?: unknown): DashdError =>
  new DashdError("E_APP_NOT_FOUND", { path, found, main }, { hint: "dashd start ./server.js", cause });

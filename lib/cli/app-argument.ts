import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { DashdError } from "../errors.ts";

/** The file that runs for what was typed as the app: the file itself, or what a folder's package.json names. */
export const appFile = (typed: string, cwd: string): string => {
  const path = resolve(cwd, typed);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true) return path;
  if (found?.isDirectory() !== true) throw notFound(path, found === undefined ? null : "not-a-file");
  const main = mainOf(path);
  const candidates =
    main === null ? indexFiles : [main, ...endings.map((ending) => `${main}${ending}`), join(main, "index.js")];
  const file = candidates.map((name) => join(path, name)).find(isFile);
  if (file !== undefined) return file;
  throw notFound(path, main === null ? "folder-without-main" : "main-missing", main);
};

const indexFiles = ["index.js", "index.mjs", "index.cjs"];
const endings = [".js", ".mjs", ".cjs"];

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** `main` of the folder's package.json; null without one. */
const mainOf = (folder: string): string | null => {
  const path = join(folder, "package.json");
  if (!isFile(path)) return null;
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    const main = typeof parsed === "object" && parsed !== null && "main" in parsed ? parsed.main : null;
    return typeof main === "string" && main !== "" ? main : null;
  } catch (error) {
    throw notFound(path, "broken-package-json", null, error);
  }
};

const notFound = (path: string, found: string | null, main: string | null = null, cause?: unknown): DashdError =>
  new DashdError("E_APP_NOT_FOUND", { path, found, main }, { hint: "dashd start ./server.js", cause });

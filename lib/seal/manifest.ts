import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SurveyedFile, SurveyedLink } from "./survey.ts";

/** What a copy consists of, kept beside it: what it is verified by, and how the next copy knows what has not changed. */
export interface Manifest {
  readonly version: 1;
  /** The folder that `tree` stands for, as it was called. */
  readonly top: string;
  /** The app's folder in it. */
  readonly app: string;
  readonly folders: readonly string[];
  readonly files: readonly SealedFile[];
  readonly links: readonly SurveyedLink[];
  readonly above: string | null;
}

export interface SealedFile extends SurveyedFile {
  /** Of the content, hexadecimal. */
  readonly sha256: string;
}

/** Names a copy: the same content under the same names is the same copy. */
export const nameOf = ({ top, folders, files, links, above }: Manifest): string => {
  const hash = createHash("sha256").update(`${top}\n${above ?? ""}\n`);
  const lines = [
    ...folders.map((path) => `folder ${path}`),
    ...files.map(({ path, mode, sha256 }) => `file ${path}\0${mode & 0o111} ${sha256}`),
    ...links.map(({ path, target }) => `link ${path}\0${target}`),
  ];
  for (const line of lines.sort()) hash.update(`${line}\n`);
  return hash.digest("hex").slice(0, 24);
};

/** Nobody has written into it. Times are set in microseconds, and read in finer grains. */
export const isAsMade = (file: SealedFile, now: { readonly size: number; readonly mtimeMs: number }): boolean =>
  now.size === file.size && Math.abs(now.mtimeMs - file.mtimeMs) < 2;

/** null: there is no whole copy there. */
export const readManifest = async (copy: string): Promise<Manifest | null> => {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(copy, manifestFile), "utf8"));
    return isManifest(parsed) ? parsed : null;
  } catch {
    return null;
  }
};

/** It is our own file: written whole or not at all. */
const isManifest = (value: unknown): value is Manifest =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1;

export const manifestFile = "manifest.json";
export const treeFolder = "tree";

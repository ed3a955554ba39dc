import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DashdError } from "../errors.ts";
import { replaceFileSoon } from "../home/atomic-file.ts";
import { systemCodeOf } from "../system-error.ts";

/** A file that a flag of a command names, for example `--report upgrade.md`. */
export interface NamedFile {
  readonly flag: string;
  readonly file: string;
}

/**
 * Refuses what could not be written, before a long measurement: a folder, a device, a file or folder that this user may
 * not write to, a folder that is not there. Throws E_USAGE.
 */
export const checkWritable = async (named: NamedFile): Promise<void> => void (await targetOf(named));

/** Writes whole or not at all; a file that was there is replaced and keeps its mode. Throws E_USAGE. */
export const writeDocument = async (named: NamedFile, text: string): Promise<void> => {
  const { path, mode } = await targetOf(named);
  await replaceFileSoon(path, text, mode).catch((error: unknown) => {
    throw refused(named, "cli.expected-writable-file", error);
  });
};

/** A link is followed: what it points to is replaced, not the link. */
const targetOf = async (named: NamedFile): Promise<{ readonly path: string; readonly mode: number }> => {
  const asked = resolve(named.file);
  try {
    const path = await realpath(asked);
    const found = await stat(path);
    if (found.isDirectory()) throw refused(named, "cli.expected-no-folder", null);
    if (!found.isFile()) throw refused(named, "cli.expected-plain-file", null);
    await Promise.all([path, dirname(path)].map((one) => access(one, constants.W_OK)));
    return { path, mode: found.mode & 0o777 };
  } catch (error) {
    if (error instanceof DashdError) throw error;
    if (systemCodeOf(error) !== "ENOENT") throw refused(named, "cli.expected-writable-file", error);
  }
  try {
    const dir = await realpath(dirname(asked));
    await access(dir, constants.W_OK);
    return { path: resolve(asked), mode: forEverybody };
  } catch (error) {
    const missing = systemCodeOf(error) === "ENOENT";
    throw refused(named, missing ? "cli.expected-existing-folder" : "cli.expected-writable-file", error);
  }
};

const refused = ({ flag, file }: NamedFile, expected: string, cause: unknown): DashdError =>
  new DashdError("E_USAGE", { found: `${flag} ${file}`, expected }, { cause });

/** As the umask leaves it: a report is there to be passed on. */
const forEverybody = 0o666;

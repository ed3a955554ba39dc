import { open, readdir, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

/** The current file; dashd1.log is the one before it, and so on. */
export const logFileName = "dashd.log";

export interface OpenLogFile {
  readonly handle: FileHandle;
  /** The file itself, whatever name rotation has given it since. */
  readonly inode: bigint;
}

/**
 * Opens the newest first, until `upTo` or the oldest. A rotation meanwhile moves files to older names: one may be met
 * twice and is then left out, none is missed.
 */
export const openLogFiles = async (dir: string, upTo: bigint | null = null): Promise<readonly OpenLogFile[]> => {
  const opened: OpenLogFile[] = [];
  for (const name of await logFileNames(dir)) {
    const handle = await open(join(dir, name), "r").catch(() => null);
    if (handle === null) continue;
    const inode = (await handle.stat({ bigint: true })).ino;
    if (inode === upTo || opened.some((file) => file.inode === inode)) {
      await handle.close();
      if (inode === upTo) break;
      continue;
    }
    opened.push({ handle, inode });
  }
  return opened;
};

/** Newest first; none where there is no folder yet. */
const logFileNames = async (dir: string): Promise<readonly string[]> => {
  const names = await readdir(dir).catch(() => []);
  return names
    .flatMap((name) => {
      const age = /^dashd(\d*)\.log$/.exec(name)?.[1];
      return age === undefined ? [] : [{ name, age: Number(age) }];
    })
    .sort((a, b) => a.age - b.age)
    .map(({ name }) => name);
};

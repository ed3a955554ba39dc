import { open, readdir, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

/** dashd.log is the current file, dashd1.log the one before it, and so on. */
export const logFileNameOf = (age: number, name = "dashd"): string => `${name}${age === 0 ? "" : age}.log`;

export interface OpenLogFile {
  readonly handle: FileHandle;
  /** The file itself, whatever name rotation has given it since. */
  readonly inode: bigint;
}

/**
 * Opens the newest first, until `upTo` or the oldest. Rotations meanwhile move files to older names: one may be met twice
 * and is then left out; none is missed, as the walk goes on past the oldest name that was there at first, and past gaps.
 */
export const openLogFiles = async (dir: string, upTo: bigint | null = null): Promise<readonly OpenLogFile[]> => {
  const opened: OpenLogFile[] = [];
  const oldest = await oldestAge(dir);
  for (let age = 0, missing = 0; age <= oldest || missing < 2; age++) {
    const handle = await open(join(dir, logFileNameOf(age)), "r").catch(() => null);
    if (handle === null) {
      missing++;
      continue;
    }
    missing = 0;
    const inode = (await handle.stat({ bigint: true })).ino;
    const isKnown = opened.some((file) => file.inode === inode);
    if (inode !== upTo && !isKnown) opened.push({ handle, inode });
    else await handle.close();
    if (inode === upTo) break;
  }
  return opened;
};

/** -1 where there is no log, or no folder yet. */
const oldestAge = async (dir: string): Promise<number> => {
  const names = await readdir(dir).catch(() => []);
  return Math.max(-1, ...names.map((name) => Number(/^dashd(\d{0,4})\.log$/.exec(name)?.[1] ?? -1)));
};

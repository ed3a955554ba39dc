import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeSync, closeSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StartOptions } from "../support/instance.ts";

/**
 * Lets a master run with its home on a disk of so many kilobytes: a tmpfs in a mount namespace of its own, gone with its
 * last process. Needs root; null where this machine does not let us mount.
 */
export const smallDisk = (home: string, kilobytes: number): SmallDisk | null => {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", home]).status !== 0) return null;
  const mount = `mount -t tmpfs -o size=${kilobytes}k,mode=700 tmpfs "$0" && exec "$@"`;
  return {
    options: {
      home,
      under: ["unshare", "-m", "sh", "-c", mount, home],
      seenThrough: (masterPid, path) => join(`/proc/${masterPid}/root`, path),
    },
    fill: (seenHome) => fillUp(join(seenHome, filler)),
    free: (seenHome) => rmSync(join(seenHome, filler), { force: true }),
  };
};

export interface SmallDisk {
  /** For `startDashd`. */
  readonly options: Pick<StartOptions, "home" | "under" | "seenThrough">;
  /** Not a byte is left; `seenHome` is the instance's `paths.dir`. */
  fill(seenHome: string): void;
  free(seenHome: string): void;
}

const filler = "filler";

const fillUp = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  try {
    for (let size = 64 * 1024; size >= 1;) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
};

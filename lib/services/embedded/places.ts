import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, rmSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { makeFolder } from "../../home/make-folder.ts";
import { shortHash } from "../../home/paths.ts";
import { embeddedFault } from "./fault.ts";

/**
 * Where everything of the embedded server lies. `data` and the socket's folder belong to whom it runs as; the rest stays
 * ours, so that nobody else can say which process we take for it, or lead us to a file of his.
 */
export interface Places {
  readonly dir: string;
  readonly data: string;
  readonly record: string;
  /** What the server says. */
  readonly log: string;
  /** Links to libraries, where the package's install script was not run. */
  readonly libraries: string;
}

export const placesOf = (dir: string): Places => {
  const root = resolve(dir);
  return {
    dir: root,
    data: join(root, "data"),
    record: join(root, "record.json"),
    log: join(root, "postgres.log"),
    libraries: join(root, "lib"),
  };
};

/** Beside `data`, and renamed when it is whole: what begins like this and is still there was not finished. */
export const unfinishedData = "data.new-";

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Root's folder may be passed through by the server's own user; nobody else's may be. */
export const makePlaces = (places: Places): void => {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  makeFolder(places.dir, mode);
  chmodSync(places.dir, mode);
};

/** Made with this mode and owner, or checked to have them. Links are not followed. */
export const makeOwned = (path: string, { uid, gid }: Account): void => {
  if (!existsSync(path)) {
    mkdirSync(path, { mode: 0o700 });
    if (process.getuid?.() === 0) chownSync(path, uid, gid);
  }
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0)
    throw embeddedFault("socket-folder", { path });
};

/**
 * The folder of the unix socket, in the home; where that path is too long for a socket, one of this home alone among the
 * temporary files.
 */
export const socketFolder = (places: Places, { uid }: Account): string => {
  const inHome = join(places.dir, "run");
  if (fits(inHome)) return inHome;
  const name = `dashd-pg-${uid}-${shortHash(places.dir)}`;
  const elsewhere = [join(tmpdir(), name), join("/tmp", name)].find(fits);
  if (elsewhere === undefined) throw embeddedFault("socket-folder", { path: inHome });
  return elsewhere;
};

/** A folder among the temporary files goes when its server has ended; one that is still used stays. */
export const leaveSocketFolder = (path: string, places: Places): void => {
  if (path.startsWith(places.dir)) return;
  for (const name of [socketName, `${socketName}.lock`]) rmSync(join(path, name), { force: true });
  try {
    rmdirSync(path);
  } catch {
    // Something else lies in it, or it is gone.
  }
};

/** PostgreSQL names its socket after the port, which is only a name here. */
export const socketPort = 5432;
const socketName = `.s.PGSQL.${socketPort}`;

/** The kernel's own bound, less the closing zero: 108 bytes on Linux, 104 on macOS and the BSDs (TRAPS 26). */
const longestPath = process.platform === "linux" ? 107 : 103;
const fits = (dir: string): boolean => Buffer.byteLength(join(dir, socketName)) <= longestPath;

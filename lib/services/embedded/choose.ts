import { existsSync, mkdirSync, readlinkSync, rmSync, statSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { embeddedFault } from "./fault.ts";
import { findBinaries, parseVersion, type PostgresBinaries } from "./find-binaries.ts";
import { leaveSocketFolder, makeOwned, socketFolder, type Account, type Places } from "./places.ts";
import { dataMajor } from "./record.ts";
import { accountFor, closedFolders, openFolder, proveRoad, roadsOf, type Road } from "./road.ts";

/** Programs that run here, and how. */
export interface Chosen {
  readonly binaries: PostgresBinaries;
  /** "18.4" */
  readonly version: string;
  readonly road: Road;
  readonly env: NodeJS.ProcessEnv;
  readonly socketDir: string;
}

/**
 * The first PostgreSQL of this machine that runs as somebody who may keep its data in this home, and that can read the
 * data that are there. Makes the socket's folder, whose owner is who it runs as. Throws E_POSTGRES_EMBEDDED; data are
 * never touched.
 */
export const choose = (places: Places, { passable = [], find = findBinaries }: ChooseOptions): Chosen => {
  const all = find();
  if (all.length === 0) throw embeddedFault("no-binaries");
  const uid = process.getuid?.() ?? 0;
  const dataOwner = ownerOf(places.data);
  if (uid !== 0 && dataOwner !== null && dataOwner.uid !== uid) throw embeddedFault("owner", { path: places.data });
  const account = accountFor(dataOwner);
  if (account === null) throw embeddedFault("no-binaries");

  const wanted = dataMajor(places);
  const others = new Set<string>();
  const roads = roadsOf(account, dataOwner, uid);
  for (const binaries of all) {
    const env = environmentOf(binaries, places);
    for (const road of roads) {
      if (road.name === "opened" && !open(places, road.owner, passable)) continue;
      if (road.byCapability && closedFolders(binaries.initdb, account).length > 0) continue;
      const socketDir = ownSocketFolder(places, road);
      const told = proveRoad(road, { through: places.dir, writable: socketDir, program: binaries.postgres, env });
      const version = told === null ? null : parseVersion(told);
      if (version === null) {
        leaveSocketFolder(socketDir, places);
        continue;
      }
      if (wanted === null || majorOf(version) === wanted) return { binaries, version, road, env, socketDir };
      others.add(version);
      break;
    }
  }
  if (others.size > 0)
    throw embeddedFault("version", { path: places.data, found: wanted, expected: [...others].map(majorOf) });
  const closed = uid === 0 ? closedFolders(places.data, account) : [];
  throw closed.length > 0
    ? embeddedFault("folder-closed", { path: places.dir, folders: closed })
    : embeddedFault("no-binaries");
};

export interface ChooseOptions {
  /** Folders of root's own that may get mode 0711, so that the server's user can pass. */
  readonly passable?: readonly string[];
  readonly find?: () => readonly PostgresBinaries[];
}

/** A version before 10 had two numbers in its major; none of those runs any more. */
const majorOf = (version: string): string => version.split(/[^\d]/)[0] ?? version;

const ownerOf = (path: string): Account | null => {
  if (!existsSync(path)) return null;
  const { uid, gid } = statSync(path);
  return { uid, gid };
};

/** A road that was tried before may have left the folder to another owner. It is empty while no server runs. */
const ownSocketFolder = (places: Places, { owner }: Road): string => {
  const socketDir = socketFolder(places, owner);
  if (socketDir.startsWith(places.dir) && ownerOf(socketDir) !== null && ownerOf(socketDir)?.uid !== owner.uid)
    rmSync(socketDir, { recursive: true, force: true });
  makeOwned(socketDir, owner);
  return socketDir;
};

const open = (places: Places, owner: Account, passable: readonly string[]): boolean => {
  const closed = closedFolders(places.data, owner);
  if (closed.length === 0 || closed.some((dir) => !passable.includes(dir) || statSync(dir).uid !== 0)) return false;
  closed.forEach(openFolder);
  return true;
};

/** Nothing of ours but where programs and libraries are: no PGDATA, no PGOPTIONS, no secret. */
const environmentOf = ({ missingLinks }: PostgresBinaries, { libraries }: Places): NodeJS.ProcessEnv => {
  const { PATH, TZ } = process.env;
  const env = { PATH, LC_ALL: "C", ...(TZ === undefined ? {} : { TZ }) };
  if (missingLinks.size === 0) return env;
  mkdirSync(libraries, { recursive: true, mode: 0o755 });
  for (const [name, file] of missingLinks) link(file, join(libraries, name));
  const name = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  // The package's own folder too: a library that is loaded through a link looks for others beside the link.
  const folders = new Set([libraries, ...[...missingLinks.values()].map((file) => dirname(file))]);
  return { ...env, [name]: [...folders].join(delimiter) };
};

const link = (file: string, path: string): void => {
  try {
    if (readlinkSync(path) === file) return;
  } catch {
    // There is none yet.
  }
  rmSync(path, { force: true });
  symlinkSync(file, path);
};

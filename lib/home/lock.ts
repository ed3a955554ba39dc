import { rmSync } from "node:fs";
import { DashdError } from "../errors.ts";
import { identityOf, type ProcessIdentity } from "../host/process-identity.ts";
import { shellWord } from "../shell-word.ts";
import { replaceFile } from "./atomic-file.ts";
import { homeError } from "./home-error.ts";
import type { Held, Hold } from "./hold.ts";
import { holdByClaims } from "./hold-by-claims.ts";
import { holdByName, nameHolder } from "./hold-by-name.ts";
import { isAnswered } from "./is-answered.ts";
import { readLockRecord, type LockRecord } from "./lock-record.ts";
import type { HomePaths } from "./paths.ts";

/** This process is the only master of the home, until it releases the lock or ends in whatever way. */
export interface HomeLock {
  readonly owner: ProcessIdentity;
  /** Tells others where the service listens, once that is known. */
  setPort(port: number): void;
  release(): Promise<void>;
}

type LockPaths = Pick<HomePaths, "dir" | "lockRecord" | "controlSocket">;

/**
 * Throws E_HOME_LOCKED where another process holds it, with its pid where that can be told. What a dead process left
 * never blocks, and no process is ever signalled.
 */
export const takeLock = async (paths: LockPaths, { hold = holdOfPlatform } = {}): Promise<HomeLock> => {
  const owner = identityOf(process.pid) ?? { pid: process.pid, startedAt: "unknown" };
  const held = await hold(paths.dir, owner).catch((error: unknown) => {
    throw homeError(paths.dir, error);
  });
  if (held === null) throw homeLocked(paths);
  // The lock's name is seen by this network namespace only: a master in another container is found by its socket.
  if (await isAnswered(paths.controlSocket)) {
    await held.release();
    throw homeLocked(paths);
  }
  return makeLock(paths, owner, held);
};

/** A name that the kernel gives to one process and takes back at its end, where the platform has such names. */
const holdOfPlatform: Hold = (dir, owner) =>
  process.platform === "linux" || process.platform === "win32" ? holdByName(dir) : holdByClaims(dir, owner);

const makeLock = (paths: LockPaths, owner: ProcessIdentity, held: Held): HomeLock => {
  const since = new Date().toISOString();
  const write = (port: number | null): void => {
    const record: LockRecord = { owner, since, port, cwd: process.cwd() };
    try {
      replaceFile(paths.lockRecord, `${JSON.stringify(record)}\n`);
    } catch (error) {
      throw homeError(paths.lockRecord, error);
    }
  };
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    // First the record: once the lock is free, the record may already be the next owner's.
    rmSync(paths.lockRecord, { force: true });
    await held.release();
  };
  try {
    write(null);
  } catch (error) {
    void held.release();
    throw error;
  }
  return { owner, setPort: write, release };
};

/** E_HOME_LOCKED, with who holds it as far as that is known. */
export const homeLocked = (paths: LockPaths): DashdError => {
  const record = readLockRecord(paths);
  const facts = {
    home: paths.dir,
    pid: record?.owner.pid ?? nameHolder(paths.dir),
    since: record?.since ?? null,
    port: record?.port ?? null,
  };
  return new DashdError("E_HOME_LOCKED", facts, { hint: `dashd status --home ${shellWord(paths.dir)}` });
};

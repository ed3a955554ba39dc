import { lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityOf, isProcessIdentity, isSame } from "../host/process-identity.ts";

/** A folder for the probe of this process, which says whose it is: for those who find it when its owner was killed. */
export const makeProbeFolder = (): string => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  writeFileSync(join(dir, ownerFile), JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
  return dir;
};

/** Removes what killed commands of this user left; whatever is not surely one of those stays, and nothing is a fault. */
export const sweepProbeFolders = (): void => {
  for (const name of namesIn(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const dir = join(tmpdir(), name);
    try {
      if (isOwn(dir) && isOrphan(dir)) rmSync(dir, { recursive: true, force: true });
    } catch {
      // Swept by another meanwhile, or not to be removed: the next one tries again.
    }
  }
};

/** A folder and no link to one, of this user, and closed to all others: nobody else can have put an owner into it. */
const isOwn = (dir: string): boolean => {
  const found = lstatSync(dir);
  if (!found.isDirectory()) return false;
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
};

const isOrphan = (dir: string): boolean => {
  const owner: unknown = JSON.parse(readFileSync(join(dir, ownerFile), "utf8"));
  return isProcessIdentity(owner) && !isSame(owner);
};

const namesIn = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
};

const prefix = "dashd-verify-";
const ownerFile = "owner.json";

import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isProcessIdentity, isSame, type ProcessIdentity } from "../host/process-identity.ts";
import { nameBeside, replaceFile } from "./atomic-file.ts";
import type { Held } from "./hold.ts";
import { systemCodeOf } from "../system-error.ts";

/**
 * Holds the home by numbered claims, for systems whose kernel keeps no such name (macOS, BSD). The owner of the highest
 * claim holds the lock as long as it lives; to take over from a dead one is to make the next higher claim, which only one
 * can (a hard link fails where the name exists). The highest claim is never removed, so an old view of the folder can only
 * make a lower one, sees that at its second look, and steps back. null: somebody holds it.
 */
export const holdByClaims = async (dir: string, owner: ProcessIdentity): Promise<Held | null> => {
  for (;;) {
    const highest = highestClaim(dir);
    if (highest > 0 && isHeld(claimPath(dir, highest))) return null;
    const mine = highest + 1;
    if (!makeClaim(claimPath(dir, mine), owner)) continue;
    if (highestClaim(dir) !== mine) {
      rmSync(claimPath(dir, mine), { force: true });
      continue;
    }
    removeBelow(dir, mine);
    return { release: async () => replaceFile(claimPath(dir, mine), released) };
  }
};

const claimPath = (dir: string, number: number): string => join(dir, `lock.${number}`);

const claimNumbers = (dir: string): readonly number[] =>
  readdirSync(dir).flatMap((name) => {
    const number = /^lock\.(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });

const highestClaim = (dir: string): number => Math.max(0, ...claimNumbers(dir));

/** The content is whole from the first moment: it is written beside and linked. False: somebody else was first. */
const makeClaim = (path: string, owner: ProcessIdentity): boolean => {
  const beside = nameBeside(path);
  writeFileSync(beside, JSON.stringify(owner), { mode: 0o600, flag: "wx" });
  try {
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
};

const isHeld = (path: string): boolean => {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isProcessIdentity(owner) && isSame(owner);
  } catch {
    return false;
  }
};

const removeBelow = (dir: string, mine: number): void => {
  for (const number of claimNumbers(dir)) {
    if (number < mine) rmSync(claimPath(dir, number), { force: true });
  }
};

const released = "null";

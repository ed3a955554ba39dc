import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HomePaths } from "./paths.ts";

/** Removes what a killed master had begun to write beside a file of the home; the caller holds the lock. */
export const removeHalfWritten = ({ runRecord }: Pick<HomePaths, "runRecord">): void => {
  const dir = dirname(runRecord);
  try {
    for (const name of readdirSync(dir)) if (halfWritten.test(name)) rmSync(join(dir, name), { force: true });
  } catch {
    // They take a few kilobytes and harm nobody.
  }
};

/** As `nameBeside` names them: only of files that the master alone writes. */
const halfWritten = /^\.(run\.json|lock\.json|journal\.last|token)\.\d+\.[0-9a-f]{8}$/;

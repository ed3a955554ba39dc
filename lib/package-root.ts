import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of dashd itself, whether this file runs from `lib/` (tests) or from `dist/lib/` (the package). */
export const packageRoot = (): string => {
  const fromSource = dirname(import.meta.dirname);
  return holdsProfiles(fromSource) ? fromSource : dirname(fromSource);
};

const holdsProfiles = (dir: string): boolean => existsSync(join(dir, "profiles", "stage-1.json"));

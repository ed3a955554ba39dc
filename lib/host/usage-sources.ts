import { readFileSync } from "node:fs";

/** What the figures are made of. */
export interface UsageSources {
  /** null where there is no such file. */
  readonly read: (path: string) => string | null;
  /** A clock that never jumps. */
  readonly nowMs: () => number;
}

export const systemSources: UsageSources = {
  read: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return null;
    }
  },
  nowMs: () => performance.now(),
};

import { readFileSync } from "node:fs";
import { replaceFileSoon } from "./atomic-file.ts";
import type { HomePaths } from "./paths.ts";

/** What a load has shown of an app's code under a profile. */
export interface KeptLoad {
  /** ISO 8601. */
  readonly at: string;
  /** Fingerprints. */
  readonly app: string;
  readonly profile: string;
  readonly stage: number;
  readonly users: number;
  readonly requestsPerSec: number;
  /** The promise of the stage was kept. */
  readonly kept: boolean;
}

/** The last loads that were made on this home, oldest first; kept from one run to the next. */
export interface HeldLoads {
  all(): readonly KeptLoad[];
  /** Resolves when it is on the disk; rejects where it cannot be, and remembers it all the same. */
  add(load: KeptLoad): Promise<void>;
}

export const createHeldLoads = ({ heldLoads: path }: Pick<HomePaths, "heldLoads">): HeldLoads => {
  let loads = readHeldLoads(path);
  let last: Promise<void> = Promise.resolve();
  return {
    all: () => loads,
    add: (load) => {
      loads = [...loads, load].slice(-loadsKept);
      last = last
        .catch(() => undefined)
        .then(() => replaceFileSoon(path, `${JSON.stringify({ schemaVersion: 1, loads })}\n`));
      return last;
    },
  };
};

/** A damaged file is no file: the next load writes it anew. */
const readHeldLoads = (path: string): readonly KeptLoad[] => {
  try {
    const found: unknown = JSON.parse(readFileSync(path, "utf8"));
    const loads = typeof found === "object" && found !== null && "loads" in found ? found.loads : [];
    return Array.isArray(loads) ? loads.filter(isKeptLoad).slice(-loadsKept) : [];
  } catch {
    return [];
  }
};

const isKeptLoad = (value: unknown): value is KeptLoad => {
  if (typeof value !== "object" || value === null) return false;
  const { at, app, profile, stage, users, requestsPerSec, kept } = value as Partial<Record<keyof KeptLoad, unknown>>;
  return (
    typeof at === "string" &&
    !Number.isNaN(Date.parse(at)) &&
    typeof app === "string" &&
    typeof profile === "string" &&
    [stage, users, requestsPerSec].every((one) => typeof one === "number" && Number.isFinite(one) && one >= 0) &&
    typeof kept === "boolean"
  );
};

const loadsKept = 50;

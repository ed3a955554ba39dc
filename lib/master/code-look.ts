import { createAppWatch } from "./app-identity.ts";
import type { Generation } from "./generation.ts";

/**
 * Whether what a worker loads by now is still what its generation was born with. Every worker that starts asks twice, before
 * it loads the app and when it is ready: those that ask in the same moment share a look.
 */
export const createCodeLook = (now: () => number): ((generation: Generation) => Promise<boolean>) => {
  const looks = new Map<number, Look>();
  return ({ id, app }) => {
    const known = looks.get(id);
    const nowMs = now();
    if (known !== undefined && nowMs - known.atMs < sharedForMs) return known.changed;
    const watch = known?.watch ?? createAppWatch("where-it-runs");
    const changed = watch(app);
    looks.set(id, { watch, atMs: nowMs, changed });
    for (const old of looks.keys()) if (old < id - generationsKept) looks.delete(old);
    return changed;
  };
};

interface Look {
  readonly watch: ReturnType<typeof createAppWatch>;
  readonly atMs: number;
  readonly changed: Promise<boolean>;
}

const sharedForMs = 100;
/** Two are alive at once at most, but for those that still drain. */
const generationsKept = 5;

import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type BlackBox, readBlackBox } from "../protocol/black-box.ts";
import { replaceFileSoon } from "./atomic-file.ts";
import { homeError } from "./home-error.ts";
import type { HomePaths } from "./paths.ts";
import { systemCodeOf } from "../system-error.ts";

/** The black boxes of a home, the last fifty of them; they outlive the master. */
export interface BlackBoxStore {
  nextId(): number;
  /** In the order given; the same id again replaces it. Never fails: what the disk refuses is told to `failed`. */
  write(box: BlackBox): void;
  /** When everything that was given is on the disk, or refused. */
  settled(): Promise<void>;
}

/** `failed` hears of the first refusal in a row only. Only the master of the home may have one. */
export const createBlackBoxStore = (
  { blackBoxDir: dir }: Pick<HomePaths, "blackBoxDir">,
  failed: (error: unknown) => void,
): BlackBoxStore => {
  const cleared = clear(dir);
  let lastId = idOf(cleared.at(-1) ?? "");
  let isFailing = false;
  let last: Promise<void> = Promise.resolve();

  const keep = async (box: BlackBox): Promise<void> => {
    try {
      makePrivate(dir);
      await replaceFileSoon(join(dir, nameOf(box)), `${JSON.stringify(box)}\n`);
      for (const name of namesIn(dir).slice(0, -boxesKept)) rmSync(join(dir, name), { force: true });
      isFailing = false;
    } catch (error) {
      if (!isFailing) failed(error);
      isFailing = true;
    }
  };

  return {
    nextId: () => ++lastId,
    write: (box) => {
      last = last.then(() => keep(box));
    },
    settled: () => last,
  };
};

/** Newest first; a damaged one is left out. Whether anything runs or not. Throws E_HOME where the folder is closed to us. */
export const readBlackBoxes = ({ blackBoxDir: dir }: Pick<HomePaths, "blackBoxDir">): readonly BlackBox[] =>
  namesIn(dir)
    .toReversed()
    .flatMap((name) => readOne(join(dir, name)) ?? []);

const readOne = (path: string): BlackBox | null => {
  try {
    return readBlackBox(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
};

/** Oldest first; empty where there is no folder yet. */
const namesIn = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir)
      .filter((name) => boxName.test(name))
      .toSorted();
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw homeError(dir, error);
  }
};

/** A master that was killed while it wrote leaves its half behind. */
const clear = (dir: string): readonly string[] => {
  try {
    for (const name of readdirSync(dir)) if (name.startsWith(".")) rmSync(join(dir, name), { force: true });
    return namesIn(dir);
  } catch {
    return [];
  }
};

const makePrivate = (dir: string): void => {
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
  }
};

const nameOf = ({ id, slot }: BlackBox): string => `${String(id).padStart(9, "0")}-slot-${slot}.json`;
const boxName = /^(\d{9,})-slot-\d+\.json$/;
const idOf = (name: string): number => Number(boxName.exec(name)?.[1] ?? 0);
const boxesKept = 50;

import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { DashdError } from "../errors.ts";
import { foundWhat } from "../home/home-error.ts";
import { type Basis, copyTree, isUnchanged } from "./copy.ts";
import { isIntact, type OwnPart, ownPart, writtenIn } from "./inspect.ts";
import { type Manifest, nameOf, readManifest, treeFolder } from "./manifest.ts";
import { type AppFolder, isIn, survey, type Survey } from "./survey.ts";

/** The copies of the app in a home, each whole or not there. */
export interface Seals {
  /** A copy of what is there by now; one that is the same already is used again. Throws E_SEAL and leaves nothing half done. */
  seal(app: AppFolder, copying?: Copying): Promise<Sealed>;
  /** null: the copy is gone, or is no longer what it was made as. */
  open(name: string): Promise<Sealed | null>;
  /** What was written into it since, by path in the app; what a package manager installed is not looked at. */
  writtenInto(name: string): Promise<readonly string[]>;
  /** Removes all other copies, but those that somebody wrote into: what is there may be in no other place. */
  prune(keep: ReadonlySet<string>): Promise<void>;
}

/** Hears that a copy is made now, which may take long. */
export type Copying = (app: { readonly folder: string; readonly files: number; readonly bytes: number }) => void;

export interface Sealed {
  readonly name: string;
  readonly folder: string;
  /** Where a path of the original lies in the copy; null where it is not in it. */
  at(original: string): string | null;
}

export interface SealsOptions {
  /** `sealed` in the home. */
  readonly dir: string;
  readonly home: string;
  readonly keep: readonly string[];
}

export const createSeals = ({ dir, home, keep }: SealsOptions): Seals => {
  let newest: string | null = null;
  /** Asked about every few seconds: its manifest is not read again for that. */
  let watched: { readonly name: string; readonly part: OwnPart | null } | null = null;

  const basis = async (): Promise<Basis | null> => {
    const manifest = newest === null ? null : await readManifest(join(dir, newest));
    return newest === null || manifest === null ? null : { folder: join(dir, newest), manifest };
  };

  const whole = async (name: string): Promise<Manifest | null> => {
    const manifest = await readManifest(join(dir, name));
    return manifest !== null && (await isIntact(join(dir, name, treeFolder), manifest)) ? manifest : null;
  };

  const sealed = (name: string, { top }: Manifest): Sealed => ({
    name,
    folder: join(dir, name),
    at: (original) => (isIn(original, top) ? join(dir, name, treeFolder, relative(top, original)) : null),
  });

  /** What is damaged makes room; what somebody wrote there stays, under another name. */
  const putAway = async (name: string): Promise<void> => {
    const path = join(dir, name);
    if (await isUsedForMore(path)) await rename(path, `${path}.${randomBytes(6).toString("hex")}`);
    else await rm(path, { recursive: true, force: true });
  };

  const make = async (found: Survey, before: Basis | null): Promise<Sealed> => {
    const beside = join(dir, `${unfinished}${randomBytes(6).toString("hex")}`);
    try {
      await mkdir(beside, { recursive: true, mode: 0o700 });
      const manifest = await copyTree(found, beside, before);
      const name = nameOf(manifest);
      // The same content as a copy that is there: that one may be in use, and stays.
      if ((await whole(name)) === null) {
        await putAway(name);
        await rename(beside, join(dir, name));
      }
      newest = name;
      return sealed(name, manifest);
    } finally {
      await rm(beside, { recursive: true, force: true });
    }
  };

  /** What a crash has left; nobody else makes copies in this home. */
  const clear = async (): Promise<void> => {
    for (const name of await readdir(dir)) {
      if (name.startsWith(unfinished)) await rm(join(dir, name), { recursive: true, force: true });
    }
  };

  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: what one finds whole, another must not be removing. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run);
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    seal: (app, copying) =>
      inTurn(async () => {
        try {
          await mkdir(dir, { recursive: true, mode: 0o700 });
          await clear();
          const found = await survey(app, { apart: [realpathSync(home)], keep });
          newest ??= await newestIn(dir);
          const before = await basis();
          if (
            newest !== null &&
            before !== null &&
            isSameAs(found, before.manifest) &&
            (await whole(newest)) !== null
          ) {
            return sealed(newest, before.manifest);
          }
          const bytes = found.files.reduce((sum, { size }) => sum + size, 0);
          copying?.({ folder: app.folder, files: found.files.length, bytes });
          return await make(found, before);
        } catch (error) {
          if (error instanceof DashdError) throw error;
          throw new DashdError("E_SEAL", { path: app.folder, found: foundWhat(error) }, { cause: error });
        }
      }),
    open: (name) =>
      inTurn(async () => {
        const manifest = isName(name) ? await whole(name) : null;
        return manifest === null ? null : sealed(name, manifest);
      }),
    writtenInto: async (name) => {
      if (watched?.name !== name) {
        const manifest = await readManifest(join(dir, name));
        watched = { name, part: manifest === null ? null : ownPart(manifest) };
      }
      return watched.part === null ? [] : writtenIn(join(dir, name, treeFolder), watched.part);
    },
    prune: (kept) =>
      inTurn(async () => {
        for (const name of await readdir(dir).catch(() => [])) {
          const path = join(dir, name);
          if (!isName(name) || kept.has(name)) continue;
          if (!(await isUsedForMore(path))) await rm(path, { recursive: true, force: true });
        }
      }),
  };
};

/** Somebody wrote into it. */
const isUsedForMore = async (path: string): Promise<boolean> => {
  const manifest = await readManifest(path);
  return manifest !== null && (await writtenIn(join(path, treeFolder), ownPart(manifest))).length > 0;
};

/** The copy that was made last, in whatever run of the master. */
const newestIn = async (dir: string): Promise<string | null> => {
  const times = await Promise.all(
    (await readdir(dir)).filter(isName).map(async (name) => ({ name, atMs: (await lstat(join(dir, name))).ctimeMs })),
  );
  return times.sort((a, b) => b.atMs - a.atMs)[0]?.name ?? null;
};

const isSameAs = (found: Survey, { top, above, folders, files, links }: Manifest): boolean => {
  const known = new Map(files.map((file) => [file.path, file]));
  const same = (a: readonly string[], b: readonly string[]): boolean =>
    a.toSorted().join("\n") === b.toSorted().join("\n");
  const linkTexts = (all: Survey["links"]): readonly string[] => all.map(({ path, target }) => `${path}\0${target}`);
  return (
    found.top === top &&
    found.above === above &&
    found.files.length === files.length &&
    same(found.folders, folders) &&
    same(linkTexts(found.links), linkTexts(links)) &&
    found.files.every((file) => {
      const before = known.get(file.path);
      return before !== undefined && isUnchanged(before, file);
    })
  );
};

const isName = (name: string): boolean => /^[0-9a-f]{24}$/.test(name);
const unfinished = ".new-";

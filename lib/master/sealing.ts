import type { Message } from "../errors.ts";
import type { JournalEntry } from "../home/journal-entries.ts";
import type { Copying, Seals } from "../seal/seals.ts";
import { type AppIdentity, type AppToRun, appFolderOf, identifySealed } from "./app-identity.ts";

/** Gives generations a copy of their app, and old ones their copy back. */
export interface Sealing {
  readonly isOn: boolean;
  /** The same app, run from a copy of what lies on disk by now; as it is where nothing is sealed. Throws E_SEAL. */
  seal(app: AppIdentity, copying?: Copying): Promise<AppIdentity>;
  /** The app from the copy that a revision ran from, whether new ones are made or not; null where it is gone or damaged. */
  restore(app: AppToRun, copy: string): Promise<AppIdentity | null>;
  /** Looks whether the app writes into its copy. */
  look(app: AppIdentity): void;
  warnings(): readonly Message[];
  /** Removes what no revision within reach names. */
  prune(entries: readonly JournalEntry[]): Promise<void>;
}

export const createSealing = ({ seals, isOn }: { readonly seals: Seals; readonly isOn: boolean }): Sealing => {
  let written: readonly string[] = [];
  let isLooking = false;
  return {
    isOn,
    // The board and an upstream's front are dashd's own code: they change with dashd alone.
    seal: async (app, copying) =>
      isOn && !app.builtIn ? identifySealed(app, await seals.seal(appFolderOf(app), copying)) : app,
    restore: async (app, copy) => {
      const sealed = await seals.open(copy);
      return sealed?.at(app.path) === null || sealed === null ? null : identifySealed(app, sealed);
    },
    look: ({ sealed }) => {
      if (isLooking) return;
      isLooking = true;
      void (sealed === undefined ? Promise.resolve([]) : seals.writtenInto(sealed.copy))
        .then((paths) => {
          written = paths;
        })
        // What cannot be read now is looked at again; it must not end the master.
        .catch(() => undefined)
        .finally(() => {
          isLooking = false;
        });
    },
    warnings: () =>
      written.length === 0
        ? []
        : [{ code: "warning.seal-written", facts: { files: written.slice(0, filesNamed), count: written.length } }],
    prune: (entries) => seals.prune(new Set(copiesInReach(entries))),
  };
};

export const copyingMessage = ({ folder, files, bytes }: Parameters<Copying>[0]): Message => ({
  code: "step.sealing",
  facts: { folder, files, bytes },
});

/** The copies that the newest revisions ran from, each once. */
const copiesInReach = (entries: readonly JournalEntry[]): readonly string[] => {
  const newestFirst = entries
    .flatMap((entry) => (entry.type === "committed" ? (entry.app.sealed ?? []) : []))
    .reverse();
  return [...new Set(newestFirst)].slice(0, copiesKept);
};

const copiesKept = 10;
const filesNamed = 3;

import { DashdError, type Message } from "../errors.ts";
import type { CommittedEntry, JournalEntry } from "../home/journal-entries.ts";
import { find, inForce, originOf, pendingNext } from "../home/revisions.ts";
import { isShortage } from "../system-error.ts";
import { type AppIdentity, type AppToRun, identifyApp } from "./app-identity.ts";
import type { Copying } from "../seal/seals.ts";
import type { Sealing } from "./sealing.ts";

/** Which code an instance starts with, and what is to be said about it. */
export interface FirstApp {
  readonly app: AppIdentity;
  readonly warnings: readonly Message[];
}

/**
 * What lies on disk by now; but what a rollback has set comes from its copy, and so does what is in force where the code on
 * disk is what was rolled back from, or what a change was taken back with: a reboot brings neither back unasked. Without a
 * copy that is only said. Throws E_SEAL.
 */
export const firstApp = async (
  app: AppToRun,
  entries: readonly JournalEntry[],
  sealing: Sealing,
  copying?: Copying,
): Promise<FirstApp> => {
  const next = pendingNext(entries)?.revision ?? null;
  const set = next === null ? null : find(entries, next);
  const kept = set?.app.path === app.path ? await restored({ ...set.app, args: app.args }, set, sealing) : null;
  if (kept !== null) return { app: kept, warnings: [] };
  const identity = onDisk(app, set);
  const last = leftBehind(identity, entries);
  const before = last === null ? null : await restored(identity, last, sealing);
  const about = last === null ? [] : [warningOf(last, before !== null)];
  if (before !== null) return { app: before, warnings: about };
  const nothingToSeal = sealing.isOn && app.builtIn ? [{ code: "warning.nothing-to-seal", facts: {} }] : [];
  return { app: await sealing.seal(identity, copying), warnings: [...about, ...nothingToSeal] };
};

const warningOf = ({ revision }: CommittedEntry, hasCopy: boolean): Message => ({
  code: hasCopy ? "warning.rolled-back-code" : "warning.taken-back-code",
  facts: { revision },
});

/** Throws E_CODE_GONE where neither the original of what a rollback has set is there nor its copy. */
const onDisk = (app: AppToRun, set: CommittedEntry | null): AppIdentity => {
  try {
    return identifyApp(app);
  } catch (error) {
    if (isShortage(error) || set?.app.sealed === undefined || set.app.path !== app.path) throw error;
    const facts = { path: app.path, revision: set.revision, found: "missing", wasSealed: true };
    throw new DashdError("E_CODE_GONE", facts, { hint: "dashd history", cause: error });
  }
};

/** The revision in force, where the code on disk is what it went back from, or what has failed in its place since. */
const leftBehind = ({ path, fingerprint }: AppIdentity, entries: readonly JournalEntry[]): CommittedEntry | null => {
  const last = inForce(entries);
  if (last === null || last.app.path !== path || last.app.fingerprint === fingerprint) return null;
  return wasRolledBackFrom(fingerprint, last, entries) || wasTakenBack(fingerprint, last, entries) ? last : null;
};

const wasRolledBackFrom = (fingerprint: string, last: CommittedEntry, entries: readonly JournalEntry[]): boolean => {
  const origin = originOf(entries, last.revision);
  if (last.kind !== "rollback" || origin === null) return false;
  return entries.some(
    (entry) =>
      entry.type === "committed" &&
      entry.revision > origin &&
      entry.app.path === last.app.path &&
      entry.app.fingerprint === fingerprint,
  );
};

const wasTakenBack = (fingerprint: string, last: CommittedEntry, entries: readonly JournalEntry[]): boolean => {
  const since = entries.slice(entries.indexOf(last));
  const begun = since.findLast((entry) => entry.type === "begin" && entry.fingerprint === fingerprint);
  return since.some((entry) => entry.type === "reverted" && begun?.type === "begin" && entry.change === begun.change);
};

const restored = async (
  app: AppToRun,
  { app: { sealed, fingerprint } }: CommittedEntry,
  sealing: Sealing,
): Promise<AppIdentity | null> => {
  const copy = sealed === undefined ? null : await sealing.restore(app, sealed);
  return copy?.fingerprint === fingerprint ? copy : null;
};

import { DashdError, type Message } from "../errors.ts";
import type { CommittedEntry, JournalEntry } from "../home/journal-entries.ts";
import { find, inForce, originOf, pendingNext } from "../home/revisions.ts";
import { type AppIdentity, type AppToRun, identifyApp } from "./app-identity.ts";
import type { Sealing } from "./sealing.ts";

/** Which code an instance starts with, and what is to be said about it. */
export interface FirstApp {
  readonly app: AppIdentity;
  readonly warnings: readonly Message[];
}

/**
 * What lies on disk by now; but what a rollback has set, or has restored, comes from its copy: a reboot does not bring back
 * the code that was rolled back from, as long as that is what lies there. Throws E_SEAL.
 */
export const firstApp = async (
  app: AppToRun,
  entries: readonly JournalEntry[],
  sealing: Sealing,
): Promise<FirstApp> => {
  const next = pendingNext(entries)?.revision ?? null;
  const set = next === null ? null : find(entries, next);
  const kept = set?.app.path === app.path ? await restored({ ...set.app, args: app.args }, set, sealing) : null;
  if (kept !== null) return { app: kept, warnings: [] };
  const identity = onDisk(app, set);
  const last = leftBehind(identity, entries);
  const before = last === null ? null : await restored(identity, last, sealing);
  if (before === null || last === null) {
    const warnings = sealing.isOn && app.builtIn ? [{ code: "warning.nothing-to-seal", facts: {} }] : [];
    return { app: await sealing.seal(identity), warnings };
  }
  return { app: before, warnings: [{ code: "warning.rolled-back-code", facts: { revision: last.revision } }] };
};

/** Throws E_CODE_GONE where neither the original of what a rollback has set is there nor its copy. */
const onDisk = (app: AppToRun, set: CommittedEntry | null): AppIdentity => {
  try {
    return identifyApp(app);
  } catch (error) {
    if (set?.app.sealed === undefined || set.app.path !== app.path) throw error;
    const facts = { path: app.path, revision: set.revision, found: "missing", wasSealed: true };
    throw new DashdError("E_CODE_GONE", facts, { hint: "dashd history", cause: error });
  }
};

/** The revision in force, where it is a rollback and the code on disk is what it went back from. */
const leftBehind = ({ path, fingerprint }: AppIdentity, entries: readonly JournalEntry[]): CommittedEntry | null => {
  const last = inForce(entries);
  if (last === null || last.app.sealed === undefined || last.app.path !== path) return null;
  if (last.app.fingerprint === fingerprint) return null;
  const origin = originOf(entries, last.revision);
  if (last.kind !== "rollback" || origin === null) return null;
  const wasLeft = entries.some(
    (entry) =>
      entry.type === "committed" &&
      entry.revision > origin &&
      entry.app.path === path &&
      entry.app.fingerprint === fingerprint,
  );
  return wasLeft ? last : null;
};

const restored = async (
  app: AppToRun,
  { app: { sealed, fingerprint } }: CommittedEntry,
  sealing: Sealing,
): Promise<AppIdentity | null> => {
  const copy = sealed === undefined ? null : await sealing.restore(app, sealed);
  return copy?.fingerprint === fingerprint ? copy : null;
};

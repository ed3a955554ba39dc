import { randomUUID } from "node:crypto";
import { DashdError } from "../errors.ts";
import type { Journal } from "../home/journal.ts";
import type { CommittedEntry, JournalApp, RevertedEntry } from "../home/journal-entries.ts";
import { find, inForce as newestCommitted, nextRevision, pendingNext, rollbackTarget } from "../home/revisions.ts";
import { fingerprintOf } from "../profile/compare.ts";
import type { Profile } from "../profile/schema.ts";
import type { LimitRow } from "../protocol/snapshot.ts";
import type { AppIdentity, AppToRun } from "./app-identity.ts";
import type { ChangeJournal, InForce } from "./change.ts";

/** What the running instance writes to and asks of its journal. */
export interface InstanceJournal extends ChangeJournal {
  /** The newest committed revision; 0 in a new home. */
  readonly revision: () => number;
  /** A start that serves what was in force keeps its revision; anything else is a new one. */
  readonly commitStart: (started: InForce, limits: readonly LimitRow[]) => Promise<number>;
  /** Writes down what the disk would not take when a change was reverted; tried before the next one begins, too. */
  readonly settle: () => Promise<void>;
  /** Throws E_REVISION_UNKNOWN, or E_NOTHING_TO_ROLL_BACK where neither a revision nor a lower stage is left. */
  readonly rollbackTarget: (to: number | null, now: InForce) => RollbackTarget;
}

export interface RollbackTarget {
  readonly revision: number | null;
  readonly profile: Profile;
  readonly app: AppToRun;
  /** The copy that it ran from; null where it ran where it lay. */
  readonly sealed: string | null;
  /** Of the code that the revision ran; null where any code will do. */
  readonly fingerprint: string | null;
}

export interface InstanceJournalOptions {
  readonly journal: Journal;
  readonly startedBy: { readonly by: string; readonly reason: string | null };
  readonly workersOverride: number | null;
  /** The next lower stage of the ladder; null at the lowest. */
  readonly lowerStage: (stage: number) => Profile | null;
  /** A revision more is on disk. */
  readonly committed: () => void;
}

export const createInstanceJournal = (options: InstanceJournalOptions): InstanceJournal => {
  const { journal, workersOverride } = options;
  let change = randomUUID();
  /** Of what never got into the journal no end is written either. */
  let begun = false;
  let owed: RevertedEntry | null = null;

  const settle = async (): Promise<void> => {
    if (owed !== null) await journal.append(owed);
    owed = null;
  };

  const commit = async (
    entry: Pick<CommittedEntry, "kind" | "profile" | "by" | "reason" | "rollbackOf" | "evidence"> & {
      readonly app: AppIdentity;
    },
  ): Promise<number> => {
    const revision = nextRevision(journal.entries());
    const { profile } = entry;
    await journal.append({
      type: "committed",
      change,
      revision,
      stage: profile.stage,
      workersOverride,
      at: new Date().toISOString(),
      ...entry,
      app: journalled(entry.app),
    });
    options.committed();
    return revision;
  };

  return {
    revision: () => newestCommitted(journal.entries())?.revision ?? 0,
    commitStart: async ({ generation: { profile, app } }, limits) => {
      const before = newestCommitted(journal.entries());
      const next = pendingNext(journal.entries());
      if (before !== null && next === null && isSame(before, profile, app)) return before.revision;
      return commit({
        kind: next === null ? "start" : "rollback",
        profile,
        app,
        rollbackOf: next?.revision ?? null,
        evidence: { limits: limits.map(({ name, declared, effective }) => ({ name, declared, effective })) },
        ...options.startedBy,
      });
    },
    begin: async ({ kind, profile, app, by, reason }) => {
      begun = false;
      await settle();
      change = randomUUID();
      await journal.append({
        type: "begin",
        change,
        kind,
        stage: profile.stage,
        fingerprint: app.fingerprint,
        by,
        reason,
        at: new Date().toISOString(),
      });
      begun = true;
    },
    commit: ({ kind, profile, app, rollbackOf, by, reason }, evidence) =>
      commit({ kind, profile, app, rollbackOf, by, reason, evidence }),
    revert: async (because) => {
      if (!begun) return;
      owed = { type: "reverted", change, because, at: new Date().toISOString() };
      await settle();
    },
    settle,
    rollbackTarget: (to, now) => {
      const entries = journal.entries();
      if (to !== null) {
        const named = find(entries, to);
        if (named !== null) return restored(named);
        const newest = newestCommitted(entries)?.revision ?? 0;
        throw new DashdError("E_REVISION_UNKNOWN", { revision: to, newest }, { hint: "dashd history" });
      }
      const earlier = rollbackTarget(entries);
      if (earlier !== null) return restored(earlier);
      const { profile, app } = now.generation;
      const lower = options.lowerStage(profile.stage);
      if (lower !== null)
        return { revision: null, profile: lower, app, sealed: app.sealed?.copy ?? null, fingerprint: null };
      throw new DashdError(
        "E_NOTHING_TO_ROLL_BACK",
        { stage: profile.stage, revision: now.revision },
        { hint: "dashd history" },
      );
    },
  };
};

const restored = ({ revision, profile, app }: CommittedEntry): RollbackTarget => ({
  revision,
  profile,
  app,
  sealed: app.sealed ?? null,
  fingerprint: app.fingerprint,
});

/** The copy's name is enough: the home may lie elsewhere by then. */
const journalled = ({ sealed, ...app }: AppIdentity): JournalApp => ({
  ...app,
  ...(sealed !== undefined && { sealed: sealed.copy }),
});

const isSame = (before: CommittedEntry, profile: Profile, app: AppIdentity): boolean =>
  fingerprintOf(before.profile) === fingerprintOf(profile) && codeOf(before.app) === codeOf(journalled(app));

const codeOf = ({ path, args, execArgv = [], cwd = "", fingerprint, sealed = "" }: JournalApp): string =>
  JSON.stringify([path, args, execArgv, cwd, fingerprint, sealed]);

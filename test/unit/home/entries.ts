import type { ChangeKind, CommittedEntry, DrillEntry, JournalEntry } from "../../../lib/home/journal-entries.ts";
import type { Profile } from "../../../lib/profile/schema.ts";

/** Entries of a journal, with only what a test is about. */
export const begin = (change: string, kind: ChangeKind = "stage"): JournalEntry => ({
  type: "begin",
  change,
  kind,
  stage: 2,
  at,
  by: "root",
  reason: null,
});

export const committed = (
  revision: number,
  { kind = "stage", rollbackOf = null, stage = 2 }: Partial<CommittedEntry> = {},
): CommittedEntry => ({
  type: "committed",
  change: `c${revision}`,
  revision,
  kind,
  stage,
  profile,
  app: { path: "/srv/board", builtIn: false, args: ["--x", "配置"], version: null, fingerprint: "f" },
  workersOverride: null,
  rollbackOf,
  at,
  by: "root",
  reason: 'a "reason"\nof two lines',
  evidence: { p95Ms: 1.5, "2": null },
});

export const reverted = (change: string): JournalEntry => ({
  type: "reverted",
  change,
  because: { code: "APP_FAILED", facts: {} },
  at,
});

export const next = (revision: number | null, stage = 1): JournalEntry => ({
  type: "next",
  stage,
  revision,
  at,
  by: "root",
  reason: null,
});

/** What a change knows nothing of. */
export const drilled = (outcome: DrillEntry["outcome"] = "held"): DrillEntry => ({
  ...{ type: "drill", drill: "kill", outcome, tookMs: 2_300, figures: { lost: 1, because: null } },
  ...{ at, by: "root", reason: null },
});

const at = "2026-01-01T00:00:00.000Z";
/** The journal keeps a profile whole and looks at nothing in it. */
const profile = JSON.parse('{"stage":2,"why":"a test"}') as Profile;

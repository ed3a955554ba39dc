import type { Message } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import type { DrillFigures, DrillName, DrillVerdict } from "../protocol/drill.ts";

/** One line of the journal. What is written stays: later versions may add kinds and optional fields, never change one. */
export type JournalEntry = BeginEntry | CommittedEntry | RevertedEntry | InterruptedEntry | NextEntry | DrillEntry;

export type ChangeKind = "start" | "stage" | "reload" | "rollback";

/** A change has begun; a `committed`, `reverted` or `interrupted` with the same `change` ends it. */
export interface BeginEntry extends Author {
  readonly type: "begin";
  readonly change: string;
  readonly kind: ChangeKind;
  readonly stage: number;
  /** Of the code that it was to bring into force. */
  readonly fingerprint?: string;
}

/** What is in force from here on. Revisions only go up. */
export interface CommittedEntry extends Author {
  readonly type: "committed";
  readonly change: string;
  readonly revision: number;
  readonly kind: ChangeKind;
  readonly stage: number;
  /** As it was in force: an edited file does not change what "back" means. */
  readonly profile: Profile;
  readonly app: JournalApp;
  /** DASHD_WORKERS, where it was set. */
  readonly workersOverride: number | null;
  /** The revision a rollback restored; null for every other kind, and for a rollback to the next lower stage. */
  readonly rollbackOf: number | null;
  /** What was measured before it was committed. */
  readonly evidence: unknown;
}

/** The change did not hold; what was in force stays. */
export interface RevertedEntry {
  readonly type: "reverted";
  readonly change: string;
  readonly because: Message;
  readonly at: string;
}

/** The master was gone before the change ended; written by the start that found it so and serves what was in force. */
export interface InterruptedEntry {
  readonly type: "interrupted";
  readonly change: string;
  /** The code of the last step that is known to have been reached. */
  readonly step: string | null;
  /** ISO 8601, of that start. */
  readonly at: string;
}

/** What the next start uses: a rollback while nothing runs. It counts until the next `committed`. */
export interface NextEntry extends Author {
  readonly type: "next";
  readonly stage: number;
  /** The revision whose profile and app the next start restores; null: the stage as the ladder has it then. */
  readonly revision: number | null;
}

/** A fault on purpose and how it went: no change, so it ends none and takes no revision. `at`: when it began. */
export interface DrillEntry extends Author {
  readonly type: "drill";
  readonly drill: DrillName;
  /** `abandoned`: whoever began it went without a word. */
  readonly outcome: DrillVerdict | "abandoned";
  readonly tookMs: number;
  readonly figures: DrillFigures;
}

export interface JournalApp {
  /** Real path. */
  readonly path: string;
  readonly builtIn: boolean;
  readonly args: readonly string[];
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
  readonly version: string | null;
  readonly fingerprint: string;
  /** The copy in the home that it ran from, by name. */
  readonly sealed?: string;
  /** How many files the fingerprint stands for. */
  readonly fingerprintFiles?: number;
}

interface Author {
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
}

const types: ReadonlySet<unknown> = new Set<JournalEntry["type"]>([
  "begin",
  "committed",
  "reverted",
  "interrupted",
  "next",
  "drill",
]);

/** The checksum has proved the rest: only a kind from a later version is left to find. */
export const isJournalEntry = (value: unknown): value is JournalEntry =>
  typeof value === "object" && value !== null && "type" in value && types.has(value.type);

import type { Message } from "../errors.ts";
import type { BeginEntry, DrillEntry, JournalEntry } from "./journal-entries.ts";
import { isEnd, unfinished } from "./revisions.ts";

/** In the order of the journal. `runningSince`: of the master that holds the home; null: none does. */
export const attemptsOf = (entries: readonly JournalEntry[], runningSince: string | null): readonly Attempt[] => {
  const begun = new Map<string, BeginEntry>();
  const ended = new Set<string>(entries.filter(isEnd).map(({ change }) => change));
  const underWay = (entry: BeginEntry): boolean =>
    entry === unfinished(entries) && runningSince !== null && entry.at >= runningSince;
  return entries.flatMap((entry): Attempt[] => {
    const plain = { revision: null, rollbackOf: null, step: null, drill: null, because: null };
    switch (entry.type) {
      case "begin": {
        begun.set(entry.change, entry);
        const { at, kind, stage, by, reason } = entry;
        const result = underWay(entry) ? "unfinished" : "interrupted";
        return ended.has(entry.change) ? [] : [{ ...plain, result, at, kind, stage, by, reason }];
      }
      case "committed": {
        const { revision, at, kind, stage, by, reason, rollbackOf } = entry;
        return [{ ...plain, result: "committed", revision, at, kind, stage, by, reason, rollbackOf }];
      }
      case "reverted":
        return [
          { ...plain, ...whose(begun.get(entry.change)), result: "reverted", at: entry.at, because: entry.because },
        ];
      case "interrupted":
        return [{ ...plain, ...whose(begun.get(entry.change)), result: "interrupted", at: entry.at, step: entry.step }];
      case "next": {
        const { at, stage, by, reason, revision } = entry;
        return [{ ...plain, result: "next", at, kind: "rollback", stage, by, reason, rollbackOf: revision }];
      }
      case "drill": {
        const { drill: name, at, by, reason, outcome, tookMs, figures } = entry;
        const drill = { name, tookMs, figures };
        return [{ ...plain, result: outcome, at, kind: "drill", stage: null, by, reason, drill }];
      }
    }
  });
};

/** One row of the list: a change and how it ended, what a rollback while nothing ran has set, or a drill. */
export interface Attempt {
  readonly result: "committed" | "reverted" | "interrupted" | "unfinished" | "next" | DrillEntry["outcome"];
  readonly revision: number | null;
  readonly at: string;
  readonly kind: BeginEntry["kind"] | "drill" | null;
  readonly stage: number | null;
  readonly by: string;
  readonly reason: string | null;
  readonly rollbackOf: number | null;
  /** The last that is known to have been reached by an interrupted one. */
  readonly step: string | null;
  /** Which one, and what it measured. */
  readonly drill: { readonly name: string; readonly tookMs: number; readonly figures: DrillEntry["figures"] } | null;
  readonly because: Message | null;
}

const whose = (begun: BeginEntry | undefined) => ({
  kind: begun?.kind ?? null,
  stage: begun?.stage ?? null,
  by: begun?.by ?? "–",
  reason: begun?.reason ?? null,
});

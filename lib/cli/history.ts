import { DashdError } from "../errors.ts";
import { readJournal } from "../home/journal.ts";
import type { BeginEntry, CommittedEntry, DrillEntry, JournalEntry } from "../home/journal-entries.ts";
import { readLockRecord } from "../home/lock-record.ts";
import { find, inForce, isEnd, unfinished } from "../home/revisions.ts";
import { say } from "../words/say.ts";
import type { Lang } from "../lang.ts";
import type { CommandContext, CommandModule } from "./command.ts";
import { evidenceLines } from "../home/evidence.ts";
import { homeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";
import { tableLines } from "./table.ts";

/** `dashd history [REV]`: the journal, whether the instance runs or not. */
export const history: CommandModule = {
  declare: (command, lang) => {
    command.argument("[rev]", say(lang, { code: "cli.arg-rev", facts: {} }));
  },
  run: ({ args }, context) => {
    const paths = homeOf(context);
    const running = readLockRecord(paths);
    const entries = readJournal(paths.journal);
    if (args[0] === undefined) listAll(entries, running?.since ?? null, context);
    else showOne(entries, wholeNumber("rev", args[0]), context);
    return Promise.resolve(0);
  },
};

/** `runningSince`: of the master that holds the home; null: none does. */
const listAll = (
  entries: readonly JournalEntry[],
  runningSince: string | null,
  { io, lang, json }: CommandContext,
): void => {
  const current = inForce(entries)?.revision ?? null;
  const rows = attemptsOf(entries, runningSince);
  if (json) return io.out(JSON.stringify({ schemaVersion: 1, inForce: current, entries: rows }, null, 2));
  if (rows.length === 0) return io.out(say(lang, { code: "history.empty", facts: {} }));
  const title = (code: string) => say(lang, { code, facts: {} });
  const columns = [
    { title: title("word.revision"), align: "right" },
    { title: title("word.at"), align: "left" },
    { title: title("word.kind"), align: "left" },
    { title: title("word.stage"), align: "right" },
    { title: title("word.by"), align: "left" },
    { title: title("word.result"), align: "left" },
    { title: title("word.reason"), align: "left" },
  ] as const;
  const cells = rows.map((row) => [
    row.revision === null ? "–" : `${row.revision === current ? "* " : ""}${row.revision}`,
    row.at,
    row.kind === null ? "–" : say(lang, { code: `kind.${row.kind}`, facts: { drill: row.drill?.name ?? null } }),
    row.stage === null ? "–" : String(row.stage),
    row.by,
    resultOf(row, lang),
    row.reason ?? "",
  ]);
  for (const line of tableLines(columns, cells)) io.out(line);
};

const showOne = (entries: readonly JournalEntry[], revision: number, { io, lang, json }: CommandContext): void => {
  const entry = find(entries, revision);
  if (entry === null) throw unknownRevision(entries, revision);
  if (json) return io.out(JSON.stringify({ schemaVersion: 1, ...entry }, null, 2));
  io.out(say(lang, { code: "history.entry", facts: factsOf(entry) }));
  for (const line of evidenceLines(entry.evidence)) io.out(say(lang, line));
  io.out(JSON.stringify({ app: entry.app, profile: entry.profile, evidence: entry.evidence ?? null }, null, 2));
};

const factsOf = ({ revision, at, kind, stage, by, reason, rollbackOf }: CommittedEntry) => ({
  revision,
  at,
  kind: `kind.${kind}`,
  stage,
  by,
  reason,
  rollbackOf,
});

const unknownRevision = (entries: readonly JournalEntry[], revision: number): DashdError => {
  const newest = inForce(entries)?.revision ?? null;
  return new DashdError("E_REVISION_UNKNOWN", { revision, newest }, { hint: "dashd history" });
};

/** One row of the list: a change and how it ended, what a rollback while nothing ran has set, or a drill. */
interface Attempt {
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
  readonly because: { readonly code: string; readonly facts: JournalFacts } | null;
}

type JournalFacts = Extract<JournalEntry, { readonly type: "reverted" }>["because"]["facts"];

const attemptsOf = (entries: readonly JournalEntry[], runningSince: string | null): readonly Attempt[] => {
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

const whose = (begun: BeginEntry | undefined) => ({
  kind: begun?.kind ?? null,
  stage: begun?.stage ?? null,
  by: begun?.by ?? "–",
  reason: begun?.reason ?? null,
});

const resultOf = ({ result, because, rollbackOf, step }: Attempt, lang: Lang): string => {
  const said = say(lang, { code: `history.${result}`, facts: { rollbackOf, step } });
  return because === null ? said : `${said}: ${say(lang, because)}`;
};

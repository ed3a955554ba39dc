import { DashdError } from "../errors.ts";
import { type Attempt, attemptsOf } from "../home/attempts.ts";
import { evidenceLines } from "../home/evidence.ts";
import { readJournal } from "../home/journal.ts";
import type { CommittedEntry, JournalEntry } from "../home/journal-entries.ts";
import { readLockRecord } from "../home/lock-record.ts";
import { find, inForce } from "../home/revisions.ts";
import { say } from "../words/say.ts";
import type { Lang } from "../lang.ts";
import type { CommandContext, CommandModule } from "./command.ts";
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

const resultOf = ({ result, because, rollbackOf, step }: Attempt, lang: Lang): string => {
  const said = say(lang, { code: `history.${result}`, facts: { rollbackOf, step } });
  return because === null ? said : `${said}: ${say(lang, because)}`;
};

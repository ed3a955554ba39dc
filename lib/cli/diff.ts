import { DashdError } from "../errors.ts";
import { readJournal } from "../home/journal.ts";
import type { CommittedEntry, JournalEntry } from "../home/journal-entries.ts";
import { find, inForce } from "../home/revisions.ts";
import { compareProfiles, type FieldChange, type FieldValue } from "../profile/compare.ts";
import { say } from "../words/say.ts";
import { milliseconds, percent } from "../words/format.ts";
import type { CommandModule } from "./command.ts";
import { measuredIn, type MeasuredWindow } from "../home/evidence.ts";
import { homeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";
import { tableLines } from "./table.ts";

/** `dashd diff A B`: what differs between two revisions of the journal; without B, between A and the one in force. */
export const diff: CommandModule = {
  declare: (command, lang) => {
    command.argument("<a>", say(lang, { code: "cli.arg-diff", facts: {} }));
    command.argument("[b]", say(lang, { code: "cli.arg-diff-to", facts: {} }));
  },
  run: ({ args }, context) => {
    const { io, lang, json } = context;
    const entries = readJournal(homeOf(context).journal);
    const before = revisionOf(entries, wholeNumber("revision", args[0] ?? ""));
    const newest = inForce(entries)?.revision ?? 0;
    const after = revisionOf(entries, args[1] === undefined ? newest : wholeNumber("revision", args[1]));
    const changes = differencesOf(before, after);
    if (json) {
      const measured = { before: windowIn(before), after: windowIn(after) };
      const document = { schemaVersion: 1, from: before.revision, to: after.revision, differences: changes, measured };
      io.out(JSON.stringify(document, null, 2));
    } else {
      if (changes.length === 0) {
        io.out(say(lang, { code: "diff.none", facts: { from: before.revision, to: after.revision } }));
      }
      const columns = ["field", "before", "after"].map((column) => ({
        title: say(lang, { code: `word.${column}`, facts: {} }),
        align: "left" as const,
      }));
      const rows = changes.map((change) => [change.field, String(change.before ?? "–"), String(change.after ?? "–")]);
      if (rows.length > 0) for (const line of tableLines(columns, rows)) io.out(line);
      const measured = measuredRows(windowIn(before), windowIn(after));
      if (measured.length > 0) for (const line of ["", ...tableLines(columns, measured)]) io.out(line);
    }
    return Promise.resolve(changes.length === 0 ? 0 : differencesExitCode);
  },
};

const windowIn = ({ evidence }: CommittedEntry): MeasuredWindow | null => measuredIn(evidence)?.after ?? null;

/** What each was seen to do in its own watch window: no difference of what was declared, so no matter of the exit code. */
const measuredRows = (before: MeasuredWindow | null, after: MeasuredWindow | null): readonly (readonly string[])[] => {
  if (before === null && after === null) return [];
  const shown = (read: (window: MeasuredWindow) => string) =>
    [before, after].map((one) => (one === null ? "–" : read(one)));
  return [
    ["measured.answers", ...shown(({ answers }) => String(answers ?? "–"))],
    ["measured.errors", ...shown(({ errorRate }) => percent(errorRate))],
    ["measured.p95", ...shown(({ p95Ms }) => milliseconds(p95Ms))],
    ["measured.crashes", ...shown(({ crashes }) => String(crashes ?? "–"))],
    ["measured.hangs", ...shown(({ hangs }) => String(hangs ?? "–"))],
  ];
};

const differencesOf = (before: CommittedEntry, after: CommittedEntry): readonly FieldChange[] => {
  const [old, fresh] = [appFields(before), appFields(after)];
  const app = Object.entries(fresh).map(([name, value]) => ({
    field: `app.${name}`,
    before: old[name] ?? null,
    after: value,
  }));
  return [...compareProfiles(before.profile, after.profile), ...app.filter((one) => one.before !== one.after)];
};

const appFields = ({
  app: { path, version, fingerprint, args },
}: CommittedEntry): Readonly<Record<string, FieldValue>> => ({
  ...{ path, version, fingerprint },
  args: args.join(" "),
});

const revisionOf = (entries: readonly JournalEntry[], revision: number): CommittedEntry => {
  const entry = find(entries, revision);
  if (entry !== null) return entry;
  const newest = inForce(entries)?.revision ?? null;
  throw new DashdError("E_REVISION_UNKNOWN", { revision, newest }, { hint: "dashd history" });
};

/** CONTRACT section 3. */
const differencesExitCode = 2;

import type { Message } from "../../errors.ts";
import type { BeginEntry, JournalEntry } from "../../home/journal-entries.ts";
import { declaredLimits } from "../../profile/limits.ts";
import type { Ladder } from "../../profile/load.ts";
import type { ProvenLimit } from "../../protocol/proof-record.ts";
import { notHeldSteps, type ProofStep, type SeenIndicator } from "../../verify/proof.ts";
import { type Block, code, heading, type Item, item, list, message, text } from "../document.ts";
import { timeText } from "../figures.ts";
import type { UpgradeCase } from "../upgrade-case.ts";
import { configurationLines } from "./configuration.ts";

/** What was believed, since when and by whose word, and what was found when somebody looked. */
export const background = (change: UpgradeCase): readonly Block[] => {
  const { before, proof } = change;
  const failed = notHeldSteps(proof.steps);
  return [
    heading("report.believed"),
    list(believed(change).map((said) => item(null, said))),
    heading("report.found"),
    list(found(change)),
    ...(before === null
      ? []
      : [
          heading(before.entry === null ? "report.config-would-be" : "report.config-before"),
          code(configurationLines(before.profile)),
        ]),
    heading("report.problem"),
    ...(failed.length === 0
      ? [text(proof.outcome === "held" ? "report.no-problem" : "report.nothing-not-held")]
      : [
          list(failed.map((step) => item("missed", step.message, subjectOf(step)))),
          text("report.problem-means", { stage: change.now.stage, count: failed.length }),
        ]),
  ];
};

/** A limit's sentence says what was expected and found, as its row in the tables does; a load's says of how many users. */
const subjectOf = ({ part, name }: ProofStep): string | null => (part === "promise" ? null : name);

const believed = ({ nowEntry, before, now, journal, proof }: UpgradeCase): readonly Message[] => [
  ...(before === null || before.entry === null
    ? [message("report.no-revision-before")]
    : [message("report.was-in-force", { ...entryFacts(before.entry), ...before.profile.users })]),
  ...unheld(journal, before?.entry?.revision ?? 0, proof.revision),
  nowEntry === null
    ? message("report.revision-unknown", { revision: proof.revision, stage: proof.stage })
    : message("report.was-committed", entryFacts(nowEntry)),
  message("report.belief", { stage: now.stage, ...now.users }),
];

/** Changes that were asked for since the revision before and never came into force. */
const unheld = (journal: readonly JournalEntry[], after: number, until: number): readonly Message[] => {
  const at = (revision: number): number =>
    journal.findIndex((entry) => entry.type === "committed" && entry.revision === revision);
  const last = at(until);
  const between = journal.slice(at(after) + 1, last < 0 ? journal.length : last);
  const begun = new Map(between.flatMap((entry) => (entry.type === "begin" ? [[entry.change, entry] as const] : [])));
  return between.flatMap((entry) => {
    if (entry.type !== "reverted" && entry.type !== "interrupted") return [];
    const asked = begun.get(entry.change);
    if (asked === undefined || asked.kind === "start") return [];
    const because = entry.type === "reverted" ? entry.because : null;
    const facts = { ...because?.facts, ...askedFacts(asked), because: because?.code ?? null };
    return [message(`report.asked-${entry.type}`, facts)];
  });
};

const askedFacts = ({ at, by, kind, stage, reason }: BeginEntry): Message["facts"] => ({
  ...{ by, kind: `kind.${kind}`, stage, reason },
  at: timeText(at),
});

const entryFacts = (entry: NonNullable<UpgradeCase["nowEntry"]>): Message["facts"] => ({
  ...askedFacts({ ...entry, type: "begin" }),
  revision: entry.revision,
});

const found = ({ proof, now, ladder, status }: UpgradeCase): readonly Item[] => {
  const { limits, loads } = proof;
  const read = limits.filter(({ effective }) => effective !== null);
  const differing = read.filter(({ declared, effective }) => declared !== effective);
  const proven = limits.filter((limit) => limit.proven !== null);
  const figures = { declared: limits.length, read: read.length, same: read.length - differing.length };
  return [
    item(differing.length === 0 && read.length > 0 ? "kept" : "missed", message("report.found-effective", figures)),
    ...differing.map((limit) => item("missed", differingText(limit, ladder, now.stage))),
    item(proven.length > 0 ? "kept" : "open", provenText(proven.map(({ name }) => name))),
    ...loads.map(({ users, verdict, limited }) =>
      item(verdict.kept ? "kept" : limited ? "open" : "missed", loadText(users, verdict.kept, limited)),
    ),
    ...now.promise
      .filter(({ users }) => !loads.some((load) => load.users === users))
      .map(({ users }) => item("open", message("report.load-not-measured", { users }))),
    ...(status.drift.includes("app") ? [item("missed", message("report.found-app-drift"))] : []),
    worstText(proof.indicators),
  ];
};

/** Other stages have the value that was found: then that is the stage which is in force. */
const differingText = ({ name, declared, effective }: ProvenLimit, ladder: Ladder, own: number): Message => {
  const like = [...ladder.values()].find(
    (profile) =>
      profile.stage !== own && declaredLimits(profile).some((row) => row.name === name && row.value === effective),
  );
  return message("report.found-differs", { name, declared, effective, like: like?.stage ?? null });
};

const provenText = (names: readonly string[]): Message =>
  message(names.length === 0 ? "report.found-none-proven" : "report.found-proven", { count: names.length, names });

const loadText = (users: number, kept: boolean, limited: boolean): Message =>
  message(kept ? "report.load-kept" : limited ? "report.load-limited" : "report.load-missed", { users });

const worstText = (indicators: readonly SeenIndicator[]): Item => {
  const judged = indicators.filter(({ level }) => level !== "unknown");
  const notWell = judged.filter(({ level }) => level !== "ok");
  if (judged.length === 0) return item("open", message("report.indicators-not-measured"));
  const facts = { count: judged.length, notWell: notWell.length };
  return item(notWell.length === 0 ? "kept" : "open", message("report.indicators-seen", facts));
};

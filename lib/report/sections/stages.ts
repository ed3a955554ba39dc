import type { CommittedEntry } from "../../home/journal-entries.ts";
import { compareProfiles } from "../../profile/compare.ts";
import { declaredLimits } from "../../profile/limits.ts";
import type { Profile } from "../../profile/schema.ts";
import { UNKNOWN } from "../../words/fact-reader.ts";
import { say } from "../../words/say.ts";
import { type Block, heading, type Item, item, list, message, type Table, type Text } from "../document.ts";
import { limitText, rangeText, timeText, usersText } from "../figures.ts";
import { outcomeName, type UpgradeCase } from "../upgrade-case.ts";

/** The ladder side by side, then stage by stage: for whom, how, whether it was ever in force here, and what it adds. */
export const stages = (change: UpgradeCase): readonly Block[] => {
  const ladder = ladderOf(change);
  return [
    sideBySide(ladder, change.now.stage),
    ...ladder.flatMap((profile, index) => [
      heading("report.stage-heading", { stage: profile.stage, current: profile.stage === change.now.stage }),
      {
        kind: "labels",
        rows: [
          [message("report.label-goal"), usersText(profile.users)],
          [message("report.label-config"), configText(profile)],
          [message("report.label-state"), stateText(profile.stage, change)],
        ],
      } as const,
      { kind: "quote", text: whyText(profile) } as const,
      ...additions(ladder[index - 1], profile),
    ]),
  ];
};

/** A file's own words; those of the ladder that comes with dashd are known in both languages. */
const whyText = ({ stage, why }: Profile): Text => {
  const known = message(`report.why-${stage}`);
  return say("en", known) === why ? known : why;
};

/** With the profile that is in force in place of the file's, should that have been edited since. */
const ladderOf = ({ ladder, now }: UpgradeCase): readonly Profile[] =>
  [...new Map([...ladder, [now.stage, now]]).values()].toSorted((a, b) => a.stage - b.stage);

const sideBySide = (ladder: readonly Profile[], current: number): Table => {
  const limits = ladder.map((profile) => new Map(declaredLimits(profile).map(({ name, value }) => [name, value])));
  const names = [...new Set(limits.flatMap((rows) => [...rows.keys()]))];
  return {
    kind: "table",
    columns: [
      message("word.limit"),
      ...ladder.map(({ stage }) => message("report.column-stage", { stage, current: stage === current })),
    ],
    right: ladder.map((_, index) => index + 1),
    rows: [
      ["users", ...ladder.map(({ users }) => rangeText(users))],
      ["instances", ...ladder.map(({ instances }) => String(instances))],
      ...names.map((name): readonly Text[] => [name, ...limits.map((rows) => limitText(name, rows.get(name) ?? null))]),
    ],
  };
};

const configText = ({ instances, workers, connections, idleTimeoutSec }: Profile): Text =>
  message("report.stage-config", { instances, workers, connections, seconds: idleTimeoutSec });

const stateText = (stage: number, { now, proof, journal }: UpgradeCase): Text => {
  if (stage === now.stage) return message(`report.stage-now-${outcomeName(proof)}`, { revision: proof.revision });
  const last = journal.findLast(
    (entry): entry is CommittedEntry => entry.type === "committed" && entry.stage === stage,
  );
  return last === undefined
    ? message("report.stage-never")
    : message("report.stage-was", { revision: last.revision, at: timeText(last.at) });
};

/** Beside the stage below it, in the figures that stand above. */
const additions = (lower: Profile | undefined, profile: Profile): readonly Block[] => {
  if (lower === undefined) return [];
  const items = compareProfiles(lower, profile)
    .filter(({ field }) => counted.test(field))
    .map(({ field, before, after }): Item =>
      item(null, message("report.stage-adds", { field, before: before ?? UNKNOWN, after: after ?? UNKNOWN })),
    );
  return items.length === 0 ? [] : [list(items)];
};

const counted = /^(instances|workers|connections|backlog|queue|idleTimeoutSec|requestTimeoutSec|postgres|redis)\b/;

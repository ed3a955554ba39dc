import type { Message } from "../../errors.ts";
import { compareProfiles } from "../../profile/compare.ts";
import type { Profile } from "../../profile/schema.ts";
import { UNKNOWN } from "../../words/fact-reader.ts";
import { type Block, code, heading, message, table, text } from "../document.ts";
import type { UpgradeCase } from "../upgrade-case.ts";
import { startLog } from "./start-log.ts";

/** The configuration and the start-up log, before and after. */
export const configuration = ({ before, now, nowEntry, proof }: UpgradeCase): readonly Block[] => {
  const changes =
    before === null ? [] : compareProfiles(before.profile, now).filter(({ field }) => !elsewhere.test(field));
  return [
    heading("report.config-changes"),
    text(nowEntry === null ? "report.config-source-ladder" : "report.config-source", {
      revision: proof.revision,
      stage: now.stage,
    }),
    ...(before === null
      ? []
      : [{ kind: "text", text: beforeText(before) } as const, code(configurationLines(before.profile))]),
    text("report.config-after", { stage: now.stage, revision: proof.revision }),
    code(configurationLines(now)),
    ...(changes.length === 0
      ? []
      : [
          text("report.all-changes"),
          table(
            ["word.field", "word.before", "word.after"],
            changes.map(({ field, before: old, after }) => [field, String(old ?? UNKNOWN), String(after ?? UNKNOWN)]),
            [1, 2],
          ),
        ]),
    heading("report.log-changes"),
    ...(before === null
      ? []
      : [{ kind: "text", text: beforeText(before) } as const, startLog(before.profile, proof.host)]),
    text("report.config-after", { stage: now.stage, revision: proof.revision }),
    startLog(now, proof.host),
  ];
};

/** The fields that the team of the seed's story looked at. */
export const configurationLines = ({ workers, connections, idleTimeoutSec, users }: Profile): readonly Message[] => [
  message("report.line-workers", { workers, ...users }),
  message("report.line-connections", { connections }),
  message("report.line-timeout", { seconds: idleTimeoutSec }),
];

const beforeText = ({ profile, entry }: NonNullable<UpgradeCase["before"]>): Message =>
  entry === null
    ? message("report.before-would-be", { stage: profile.stage })
    : message("report.before", { stage: profile.stage, revision: entry.revision });

/** Told in sections of their own: what is promised, on which host, and from when on a figure is too high. */
const elsewhere = /^(stage|users|promise|host|indicators)\b/;

import type { Message } from "../../errors.ts";
import { type Block, message, type Text } from "../document.ts";
import { timeText, usersText } from "../figures.ts";
import { outcomeName, type UpgradeCase } from "../upgrade-case.ts";

/** The header: which version, what changed, for whom, when, and whether it is proven. */
export const overview = (change: UpgradeCase): readonly Block[] => {
  const { proof, now, nowEntry, status } = change;
  const committed = nowEntry === null ? message("report.not-known") : committedText(nowEntry);
  return [
    {
      kind: "labels",
      rows: [
        [message("report.label-version"), versionText(change)],
        [message("report.label-content"), contentText(change)],
        [message("report.label-goal"), usersText(now.users)],
        [message("report.label-committed"), committed],
        [message("report.label-measured"), timeText(proof.at)],
        [message("report.label-state"), outcomeText(proof)],
        [message("report.label-app"), change.status.services.upstream?.url ?? proof.app.path],
        [message("report.label-address"), status.url],
        [message("report.label-host"), hostText(proof.host)],
      ],
    },
  ];
};

export const versionText = ({ proof, appName, appVersion }: UpgradeCase): Text =>
  message("report.version", { app: appName, version: appVersion, dashd: proof.dashd.version, node: proof.dashd.node });

export const contentText = ({ before, now, direction }: UpgradeCase): Message =>
  message(`report.content-${direction}`, { from: before?.profile.stage ?? null, to: now.stage });

export const outcomeText = (proof: UpgradeCase["proof"]): Message => message(`report.outcome-${outcomeName(proof)}`);

const committedText = ({ at, by, revision }: NonNullable<UpgradeCase["nowEntry"]>): Message =>
  message("report.committed", { at: timeText(at), by, revision });

const hostText = ({ name, platform, cpu, cores, memoryBytes }: UpgradeCase["proof"]["host"]): Message =>
  message("report.host", { name, platform, cpu, cores, memoryGb: Math.round(memoryBytes / 2 ** 30) });

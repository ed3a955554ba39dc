import type { ReportDocument, Section } from "./document.ts";
import { message } from "./document.ts";
import { timeText } from "./figures.ts";
import { attention } from "./sections/attention.ts";
import { background } from "./sections/background.ts";
import { capacity } from "./sections/capacity.ts";
import { conclusion } from "./sections/conclusion.ts";
import { configuration } from "./sections/configuration.ts";
import { indicators } from "./sections/indicators.ts";
import { contentText, outcomeText, overview, versionText } from "./sections/overview.ts";
import { related } from "./sections/related.ts";
import { resources } from "./sections/resources.ts";
import { stages } from "./sections/stages.ts";
import { verification } from "./sections/verification.ts";
import { type UpgradeCase, type UpgradeInput, upgradeCase } from "./upgrade-case.ts";

/**
 * The report of an upgrade as the seed's document has it, section by section, from what was measured. Pure: words and
 * format are the writers' business. Throws E_STAGE_UNKNOWN where neither journal nor ladder knows the proven stage.
 */
export const upgradeReport = (input: UpgradeInput): ReportDocument => {
  const change = upgradeCase(input);
  return {
    title: message("report.title", { app: change.appName, version: change.appVersion }),
    sections: sections.map(([name, blocks]) => ({
      name,
      heading: message(`report.heading-${name}`),
      blocks: blocks(change),
    })),
    closing: [
      [message("report.label-version"), versionText(change)],
      [message("report.label-date"), timeText(change.proof.at)],
      [message("report.label-content"), contentText(change)],
      [message("report.label-state"), outcomeText(change.proof)],
      [message("report.label-next"), message("report.next-stage", { stage: change.nextStage })],
    ],
  };
};

const sections: readonly (readonly [string, (change: UpgradeCase) => Section["blocks"]])[] = [
  ["overview", overview],
  ["background", background],
  ["configuration", configuration],
  ["capacity", capacity],
  ["resources", resources],
  ["verification", verification],
  ["related", related],
  ["stages", stages],
  ["attention", attention],
  ["indicators", indicators],
  ["conclusion", conclusion],
];

import type { SeenIndicator } from "../../verify/proof.ts";
import { UNKNOWN } from "../../words/fact-reader.ts";
import { type Block, message, table, type Text, text } from "../document.ts";
import { indicatorText } from "../figures.ts";
import type { UpgradeCase } from "../upgrade-case.ts";

/** Every indicator with the worst that was seen of it, its thresholds, its level and what to do. */
export const indicators = (change: UpgradeCase): readonly Block[] => {
  const seen = seenIndicators(change);
  if (seen.length === 0) return [text("report.indicators-not-measured")];
  return [
    text(change.proof.indicators.length > 0 ? "report.indicators-worst" : "report.indicators-now"),
    table(
      ["word.indicator", "report.column-seen", "word.warn", "word.critical", "word.level", "word.advice"],
      seen.map(row),
      [1, 2, 3],
    ),
  ];
};

/** The worst of the loads where it was kept, else as status had it at the end. */
export const seenIndicators = ({ proof, status }: UpgradeCase): readonly SeenIndicator[] =>
  proof.indicators.length > 0 ? proof.indicators : status.indicators;

const row = ({ name, value, warn, critical, level, advice }: SeenIndicator): readonly Text[] => [
  message(`indicator.${name}`),
  ...[value, warn, critical].map((figure) => indicatorText(name, figure)),
  message(`level.${level}`),
  advice ?? UNKNOWN,
];

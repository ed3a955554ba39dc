import { type Strained, tuningSteps } from "../../load/tuning.ts";
import type { Indicator } from "../../protocol/snapshot.ts";
import type { SeenIndicator } from "../../verify/proof.ts";
import { type Block, code, heading, item, list, message, steps, text } from "../document.ts";
import { indicatorFigure } from "../../words/indicator-figure.ts";
import { seenIndicators } from "./indicators.ts";
import type { UpgradeCase } from "../upgrade-case.ts";
import { configurationLines } from "./configuration.ts";

/** What to keep an eye on, what to do where a load fails, and the way back. */
export const attention = (change: UpgradeCase): readonly Block[] => {
  const seen = seenIndicators(change);
  const watched = ["cpu", "memory", "redisMemory"].flatMap((name) => seen.find((one) => one.name === name) ?? []);
  const advice = seen.flatMap((one) => (one.advice === null ? [] : [item("open", one.advice)]));
  const warnings = change.status.warnings.map((warning) => item("open", warning));
  const failing = change.proof.loads.find(({ verdict }) => !verdict.kept) ?? change.proof.loads.at(-1);
  return [
    heading("report.watching"),
    text("report.watching-means"),
    list(watched.map((one) => item(markOf(one), message("report.watched", watchedFacts(one))))),
    ...(advice.length === 0 ? [] : [heading("report.advice"), list(advice)]),
    ...(warnings.length === 0 ? [] : [heading("report.warnings"), list(warnings)]),
    heading("report.tuning"),
    text(change.proof.loads.some(({ verdict }) => !verdict.kept) ? "report.tuning-failed" : "report.tuning-if"),
    steps(tuningSteps(strainOf(change, seen), failing?.wait.p95Ms ?? null, change.nextStage)),
    heading("report.way-back"),
    ...wayBack(change),
  ];
};

const markOf = ({ level }: SeenIndicator) =>
  level === "ok" ? ("kept" as const) : level === "critical" ? ("missed" as const) : ("open" as const);

const watchedFacts = ({ name, value, warn, critical }: Indicator) => ({
  name: `indicator.${name}`,
  value: indicatorFigure(name, value),
  warn: indicatorFigure(name, warn),
  critical: indicatorFigure(name, critical),
});

/** The most that was seen, as the tuning steps ask for it. */
const strainOf = ({ status }: UpgradeCase, seen: readonly SeenIndicator[]): Strained => {
  const share = (name: string): number | null => {
    const value = seen.find((one) => one.name === name)?.value;
    return typeof value === "number" ? value : null;
  };
  const budget = status.services.postgres.pool?.budget ?? null;
  const busy = share("postgresPool");
  return {
    ...{ cpu: share("cpu"), memory: share("memory"), diskIo: share("diskIo"), redisMemory: share("redisMemory") },
    poolBusy: budget === null || busy === null ? null : Math.round(busy * budget),
    poolBudget: budget,
  };
};

const wayBack = ({ back, before, direction }: UpgradeCase): readonly Block[] => {
  if (back === null) return [text("report.no-way-back")];
  return [
    code(["dashd rollback"]),
    text(back.revision === null ? "report.back-to-stage" : "report.back-to-revision", { ...back }),
    ...(before === null || direction === "down" || before.profile.stage !== back.stage
      ? []
      : [code(configurationLines(before.profile))]),
  ];
};

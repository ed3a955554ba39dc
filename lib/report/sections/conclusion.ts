import { type Block, heading, type Item, item, list, type Mark, message, steps, type Text } from "../document.ts";
import { notHeldSteps } from "../../verify/proof.ts";
import { outcomeName, type UpgradeCase } from "../upgrade-case.ts";

/** What was reached, and what to do next: at once, this week, and from then on. */
export const conclusion = (change: UpgradeCase): readonly Block[] => [
  heading("report.results"),
  list(results(change)),
  heading("report.next-steps"),
  steps(nextSteps(change)),
];

const results = ({ proof, now, before }: UpgradeCase): readonly Item[] => {
  const { limits, loads } = proof;
  const differing = limits.filter(({ declared, effective }) => effective !== null && effective !== declared);
  const kept = loads.filter(({ verdict }) => verdict.kept).map(({ users }) => users);
  const users = kept.length === 0 ? null : Math.max(...kept);
  const configured: Mark = differing.length === 0 ? "kept" : "missed";
  const reached = loads.length > 0 && kept.length === loads.length;
  return [
    item(
      configured,
      before === null
        ? message("report.result-config-first", { workers: now.workers })
        : message("report.result-config", { from: before.profile.workers, to: now.workers }),
    ),
    item(
      reached ? "kept" : "open",
      message(users === null ? "report.result-users-none" : "report.result-users", { users, ...now.users }),
    ),
    item(markOf[proof.outcome], message("report.result-proof", { outcome: `report.outcome-word-${proof.outcome}` })),
  ];
};

const markOf: Readonly<Record<UpgradeCase["proof"]["outcome"], Mark>> = {
  held: "kept",
  "not-held": "missed",
  inconclusive: "open",
};

const nextSteps = ({ proof, now, nextStage, back }: UpgradeCase): readonly Text[] => [
  message(`report.next-${outcomeName(proof)}`, { count: notHeldSteps(proof.steps).length }),
  ...(proof.outcome === "not-held" && back !== null ? [message("report.next-back", { ...back })] : []),
  ...(proof.loads.length === 0
    ? [message("report.next-load", { users: now.promise.at(-1)?.users ?? now.users.max })]
    : []),
  message("report.next-watch"),
  message("report.next-check"),
  ...moreUsers(nextStage),
];

const moreUsers = (nextStage: UpgradeCase["nextStage"]): readonly Text[] => {
  if (nextStage === "unknown") return [];
  return [nextStage === "none" ? message("report.next-hosts") : message("report.next-plan", { stage: nextStage })];
};

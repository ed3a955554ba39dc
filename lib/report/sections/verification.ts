import { evidenceLines } from "../../home/evidence.ts";
import type { ProofStep } from "../../verify/proof.ts";
import { type Block, code, heading, item, list, message, signs, table, type Text, text } from "../document.ts";
import { stepName } from "../step-name.ts";
import type { UpgradeCase } from "../upgrade-case.ts";
import { startLog } from "./start-log.ts";

/** The seed's three steps, and a fourth: each with the command that does it, what is expected, and what was found. */
export const verification = (change: UpgradeCase): readonly Block[] => {
  const { now, nowEntry, proof } = change;
  const users = now.promise.map((one) => one.users);
  return [
    heading("report.step-restart"),
    code([`dashd stage ${now.stage}`]),
    text("report.step-restart-means"),
    ...(nowEntry === null ? [] : [list(evidenceLines(nowEntry.evidence).map((said) => item(null, said)))]),
    heading("report.step-log"),
    text("report.expected-log"),
    startLog(now, proof.host),
    code(["dashd status"]),
    ...stepsTable(change, "declared-effective"),
    heading("report.step-limits"),
    code(["dashd verify"]),
    ...stepsTable(change, "limits"),
    heading("report.step-load"),
    code(users.map((count) => `dashd load --users ${count}`)),
    ...stepsTable(change, "promise"),
    heading("report.step-indicators"),
    code(["dashd status --watch"]),
    ...stepsTable(change, "indicators"),
  ];
};

const stepsTable = ({ proof }: UpgradeCase, part: ProofStep["part"]): readonly Block[] => {
  const steps = proof.steps.filter((step) => step.part === part);
  if (steps.length === 0) return [text("report.step-not-measured")];
  return [
    table(
      ["result", "looked-at", "expected-found"].map((name) => `report.column-${name}`),
      steps.map((step) => [resultSign(step), stepName(step), step.message]),
    ),
  ];
};

/** An indicator that is not well says where to look; it fails nothing. */
const resultSign = ({ part, result }: ProofStep): Text => {
  if (result === "not-measured") return message("report.not-measured");
  if (result === "held") return signs.kept;
  return result === "not-held" && part !== "indicators" ? signs.missed : signs.open;
};

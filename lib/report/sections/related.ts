import { type Block, item, list, message } from "../document.ts";
import type { UpgradeCase } from "../upgrade-case.ts";

/** Where the rest stands: the runbook, the ladder, the journal. */
export const related = ({ proof, before, nowEntry }: UpgradeCase): readonly Block[] => {
  const from = before?.entry?.revision ?? null;
  return [
    list([
      item(null, message("report.doc-runbook")),
      item(null, message("report.doc-profiles")),
      ...(nowEntry === null ? [] : [item(null, message("report.doc-history", { revision: proof.revision }))]),
      ...(from === null ? [] : [item(null, message("report.doc-diff", { from, to: proof.revision }))]),
      item(null, message("report.doc-proof")),
    ]),
  ];
};

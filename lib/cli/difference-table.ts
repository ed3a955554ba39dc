import type { PlannedChange } from "../preflight/plan.ts";
import { tableLines } from "./table.ts";

/** What a change does to the profile, field by field; no line where it does nothing. */
export const differenceTable = (
  differences: readonly PlannedChange[],
  words: (code: string) => string,
): readonly string[] => {
  if (differences.length === 0) return [];
  const columns = ["field", "before", "after", "effect"].map((column) => ({
    title: words(`word.${column}`),
    align: "left" as const,
  }));
  const rows = differences.map(({ field, before, after, effect }) => [
    field,
    String(before ?? "–"),
    String(after ?? "–"),
    words(`effect.${effect}`),
  ]);
  return tableLines(columns, rows);
};

import { padTo, widthOf } from "./width.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Lines of an aligned table: two spaces between columns, no frame, nothing after the last word of a line. */
export const tableLines = (columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] => {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => widthOf(row[index] ?? ""))));
  return all.map((row) =>
    columns
      .map(({ align }, index) => padTo(row[index] ?? "", widths[index] ?? 0, align))
      .join("  ")
      .trimEnd(),
  );
};

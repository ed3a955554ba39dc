import { textParts } from "./text-parts.ts";

/** Safe as content and inside a quoted attribute. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A sentence of the catalogue: what stands between backticks is a command or a name. */
export const htmlText = (text: string): string =>
  textParts(text)
    .map((part) => (part.code ? `<code>${escaped(part.text)}</code>` : escaped(part.text)))
    .join("");

/** Of plain texts. `right`: columns of figures, which stand below each other. */
export const htmlTable = (
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string =>
  cellTable(
    titles.map(escaped),
    rows.map((row) => row.map(escaped)),
    right,
  );

/** Of cells that are HTML already. Scrolls in itself where a phone is too narrow. */
export const cellTable = (
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string => {
  const line = (name: "th" | "td", cells: readonly string[]): string =>
    `<tr>${cells
      .map((cell, index) => `<${name}${right.includes(index) ? ' class="right"' : ""}>${cell}</${name}>`)
      .join("")}</tr>`;
  return `<div class="table"><table><thead>${line("th", titles)}</thead><tbody>${rows
    .map((row) => line("td", row))
    .join("")}</tbody></table></div>`;
};

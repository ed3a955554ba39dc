import type { Lang } from "../lang.ts";
import { say } from "../words/say.ts";
import { type Block, type ReportDocument, signs, type Table, type Text } from "./document.ts";
import { errorRows, errorTitles, quantileRows, quantileTitles } from "./load-words.ts";
import { textParts } from "./text-parts.ts";

/** A document as Markdown (CommonMark with GitHub's tables). Names and reasons in it are text, whatever signs they hold. */
export const markdownOf = (document: ReportDocument, lang: Lang): string => {
  const inline = (text: Text): string => inlineOf(text, lang);
  const parts = [
    `# ${inline(document.title)}`,
    ...document.sections.flatMap(({ heading, blocks }) => [
      "---",
      `## ${inline(heading)}`,
      ...blocks.map((block) => blockOf(block, lang)),
    ]),
    "---",
    labels(document.closing, inline),
  ];
  return `${parts.join("\n\n")}\n`;
};

const blockOf = (block: Block, lang: Lang): string => {
  const inline = (text: Text): string => inlineOf(text, lang);
  switch (block.kind) {
    case "heading":
      return `### ${inline(block.text)}`;
    case "text":
      return atLineStart(inline(block.text));
    case "quote":
      return `> ${atLineStart(inline(block.text))}`;
    case "labels":
      return labels(block.rows, inline);
    case "list":
      return block.items
        .map(({ text, mark, subject }, index) => {
          const bullet = block.ordered ? `${index + 1}.` : "-";
          const said = subject === null ? inline(text) : `\`${subject}\`: ${inline(text)}`;
          return `${bullet} ${mark === null ? atLineStart(said) : `${signs[mark]} ${said}`}`;
        })
        .join("\n");
    case "table":
      return tableOf(block, inline);
    case "code":
      return fenced(block.lines.map((line) => (typeof line === "string" ? line : say(lang, line))));
    case "charts": {
      const { load } = block;
      const rows = (titles: readonly string[], cells: readonly (readonly string[])[], right: readonly number[]) =>
        rowsOf(
          titles.map(literal),
          cells.map((row) => row.map(literal)),
          right,
        );
      const title = inline({ code: "load.report-title", facts: { users: load.users } });
      const parts = [`**${title}**`, rows(quantileTitles(lang), quantileRows(load, lang), [1, 2, 3, 4])];
      if (load.errors.length > 0) parts.push(rows(errorTitles(lang), errorRows(load, lang), [2]));
      return parts.join("\n\n");
    }
  }
};

/** Two spaces at the end of a line keep the lines apart, as in the seed's header. */
const labels = (rows: readonly (readonly [Text, Text])[], inline: (text: Text) => string): string =>
  rows.map(([label, text]) => `**${inline(label)}**: ${inline(text)}`).join("  \n");

const tableOf = ({ columns, rows, right }: Table, inline: (text: Text) => string): string =>
  rowsOf(
    columns.map(inline),
    rows.map((row) => row.map(inline)),
    right,
  );

const rowsOf = (titles: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string => {
  const line = (cells: readonly string[]): string =>
    `| ${titles.map((_, index) => (cells[index] ?? "").replaceAll(/\\?\|/g, "\\|")).join(" | ")} |`;
  const rule = `| ${titles.map((_, index) => (right.includes(index) ? "---:" : "---")).join(" | ")} |`;
  return [line(titles), rule, ...rows.map(line)].join("\n");
};

const fenced = (lines: readonly string[]): string => {
  const text = lines.join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
};

/** In a sentence of the catalogue, what stands between backticks is code; a name or figure is only text. */
const inlineOf = (text: Text, lang: Lang): string => {
  if (typeof text === "string") return literal(text);
  return textParts(say(lang, text))
    .map((part) => (part.code ? `\`${part.text}\`` : literal(part.text)))
    .join("");
};

/** Signs that would be markup here are escaped; an underscore inside a word is none. */
const literal = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n]+\s*/g, " ")
    .replaceAll(/[\\`*[\]<>|~#]/g, "\\$&")
    .replaceAll(/&(?=[#\w]+;)/g, "&amp;")
    .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_");

/** What would begin a list or a quotation there. */
const atLineStart = (text: string): string =>
  text.replace(/^([+-])(?=\s)/, "\\$1").replace(/^(\d+)([.)])(?=\s)/, "$1\\$2");

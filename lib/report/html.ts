import type { Lang } from "../lang.ts";
import { say } from "../words/say.ts";
import { type Chart, chartPlace, chartsOf } from "./charts.ts";
import { type Block, type Mark, type ReportDocument, signs, type Text } from "./document.ts";
import { cellTable, escaped, htmlTable, htmlText } from "./html-text.ts";
import { errorRows, errorTitles, quantileRows, quantileTitles } from "./load-words.ts";
import { pageFrame } from "./page-frame.ts";

/** A document as one HTML page, with the loads' charts. */
export const htmlOf = (document: ReportDocument, lang: Lang): string => {
  const inline = (text: Text): string => inlineOf(text, lang);
  const charts: Chart[] = [];
  const sections = document.sections.map(
    ({ name, heading, blocks }) =>
      `<section id="${escaped(name)}"><h2>${inline(heading)}</h2>\n${blocks
        .map((block) => blockOf(block, lang, charts))
        .join("\n")}\n</section>`,
  );
  const body = [
    `<h1>${inline(document.title)}</h1>`,
    ...sections,
    `<footer>${labels(document.closing, inline)}</footer>`,
  ].join("\n");
  return pageFrame({ lang, title: say(lang, document.title), body, charts });
};

/** Charts that a block needs are added to `charts`; the page draws them by their number. */
const blockOf = (block: Block, lang: Lang, charts: Chart[]): string => {
  const inline = (text: Text): string => inlineOf(text, lang);
  switch (block.kind) {
    case "heading":
      return `<h3>${inline(block.text)}</h3>`;
    case "text":
      return `<p>${inline(block.text)}</p>`;
    case "quote":
      return `<blockquote><p>${inline(block.text)}</p></blockquote>`;
    case "labels":
      return labels(block.rows, inline);
    case "list": {
      const tag = block.ordered ? "ol" : "ul";
      const items = block.items.map(({ text, mark, subject }) => {
        const said = subject === null ? inline(text) : `<code>${escaped(subject)}</code>: ${inline(text)}`;
        return mark === null ? `<li>${said}</li>` : `<li class="${classes[mark]}">${signs[mark]} ${said}</li>`;
      });
      return `<${tag}>${items.join("")}</${tag}>`;
    }
    case "table":
      return cellTable(
        block.columns.map(inline),
        block.rows.map((row) => row.map(inline)),
        block.right,
      );
    case "code":
      return `<pre><code>${escaped(
        block.lines.map((line) => (typeof line === "string" ? line : say(lang, line))).join("\n"),
      )}</code></pre>`;
    case "charts": {
      const { load } = block;
      const drawn = chartsOf(load, lang);
      const places = drawn.map((_, index) => chartPlace(charts.length + index)).join("");
      charts.push(...drawn);
      const title = inline({ code: "load.report-title", facts: { users: load.users } });
      const errors = load.errors.length === 0 ? "" : htmlTable(errorTitles(lang), errorRows(load, lang), [2]);
      return `<h3>${title}</h3>${htmlTable(quantileTitles(lang), quantileRows(load, lang), [1, 2, 3, 4])}${places}${errors}`;
    }
  }
};

const labels = (rows: readonly (readonly [Text, Text])[], inline: (text: Text) => string): string =>
  `<dl>${rows.map(([label, text]) => `<dt>${inline(label)}</dt><dd>${inline(text)}</dd>`).join("")}</dl>`;

const inlineOf = (text: Text, lang: Lang): string =>
  typeof text === "string" ? escaped(text) : htmlText(say(lang, text));

const classes: Readonly<Record<Mark, string>> = { kept: "kept", missed: "missed", open: "open", planned: "quiet" };

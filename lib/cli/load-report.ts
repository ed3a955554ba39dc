import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import { say } from "../words/say.ts";
import { figureFacts, known, quantileColumns, quantileRows, verdictFacts } from "./load-page.ts";
import type { LoadResult } from "./load.ts";

/** A load as one HTML file that needs nothing else: the verdict, the figures, charts over time, the errors. */
export const loadReport = (result: LoadResult, lang: Lang): string => {
  const { summary, verdict, tuning, url, seed } = result;
  const line = (code: string, facts: Message["facts"] = {}): string => escaped(say(lang, { code, facts }));
  const title = line("load.report-title", { users: summary.users });
  const verdictPart =
    verdict === null
      ? `<p>${line("load.no-verdict")}</p>`
      : `<p class="${verdict.kept ? "kept" : "missed"}">${line(verdict.kept ? "load.kept" : "load.not-kept")}</p>
<p>${line("load.promise", { users: verdict.promisedUsers, beyond: verdict.beyond })}</p>
<ul>${verdict.lines.map((one) => `<li class="${one.kept ? "kept" : "missed"}">${line("load.verdict-line", verdictFacts(one))}</li>`).join("")}</ul>
${tuning.length === 0 ? "" : `<ol>${tuning.map((step) => `<li>${escaped(say(lang, step))}</li>`).join("")}</ol>`}`;
  const errorRows = summary.errors.map(({ kind, path, count, firstSec, lastSec }) => [
    say(lang, { code: `load-error.${known(kind) ? kind : "other"}`, facts: { kind } }),
    ...[path, String(count), `${firstSec}–${lastSec} s`],
  ]);
  const errorTitles = ["errors", "path", "count", "from-to"].map((name) =>
    say(lang, { code: `load-word.${name}`, facts: {} }),
  );
  return `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>${title}</title><style>${read("uPlot.min.css")}${style}</style></head><body><main>
<h1>${title}</h1>
<p class="quiet">${escaped(url)} · ${escaped(new Date().toISOString())} · ${line("load.report-seed", { seed })}</p>
${verdictPart}
${summary.strain.limited ? `<p class="missed">${line("load.limited", { ...summary.strain })}</p>` : ""}
<p>${line("load.figures", figureFacts(result))}</p>
${tableOf(
  quantileColumns(lang).map((column) => column.title),
  quantileRows(result, lang),
)}
<div id="times"></div><div id="requests"></div>
${errorRows.length === 0 ? "" : tableOf(errorTitles, errorRows)}
</main><script>${read("uPlot.iife.min.js")}</script><script>const report = ${data(result, lang)};${code}</script></body></html>
`;
};

const tableOf = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${titles.map((title) => `<th>${escaped(title)}</th>`).join("")}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`)
    .join("")}</tbody></table>`;

const data = ({ summary: { series } }: LoadResult, lang: Lang): string => {
  const word = (name: string): string => say(lang, { code: `load-word.${name}`, facts: {} });
  const of = (value: (point: (typeof series)[number]) => number | null): readonly (number | null)[] =>
    series.map(value);
  const seconds = of(({ second }) => second);
  return JSON.stringify({
    times: {
      title: word("chart-times"),
      names: ["p50", "p95", "p99", word("wait")],
      rows: [
        seconds,
        of(({ p50Ms }) => p50Ms),
        of(({ p95Ms }) => p95Ms),
        of(({ p99Ms }) => p99Ms),
        of(({ waitP95Ms }) => waitP95Ms),
      ],
    },
    requests: {
      title: word("chart-requests"),
      names: [word("requests"), word("failed"), word("users")],
      rows: [seconds, of(({ requests }) => requests), of(({ errors }) => errors), of(({ users }) => users)],
    },
  }).replaceAll("<", "\\u003c");
};

const code = `
const colours = ["#2f7ed8", "#d97a1f", "#c23b3b", "#7a7a8c"];
for (const [id, { title, names, rows }] of Object.entries(report)) {
  const place = document.getElementById(id);
  const series = [{ label: "s" }, ...names.map((label, at) => ({ label, stroke: colours[at], width: 2, spanGaps: true }))];
  const size = () => ({ width: Math.min(960, place.clientWidth || 960), height: 260 });
  const ink = getComputedStyle(document.body).color;
  const axes = [{ stroke: ink }, { stroke: ink, size: 70 }];
  const chart = new uPlot({ ...size(), title, series, axes, scales: { x: { time: false } } }, rows, place);
  addEventListener("resize", () => chart.setSize(size()));
}`;

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #fff; color: #1c2330; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px; }
h1 { font-size: 1.5rem; } .quiet { color: #5b6472; }
table { border-collapse: collapse; margin: 16px 0; display: block; overflow-x: auto; }
th, td { padding: 4px 14px 4px 0; text-align: left; border-bottom: 1px solid #d8dde6; white-space: nowrap; }
.kept { color: #1b7a3d; } .missed { color: #b3261e; }
#times, #requests { margin: 24px 0; }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #e6e9ef; } .quiet { color: #9aa3b2; }
th, td { border-color: #333b48; } .kept { color: #6fd08c; } .missed { color: #ff8a80; } }`;

const require = createRequire(import.meta.url);
const read = (name: string): string => readFileSync(require.resolve(`uplot/dist/${name}`), "utf8");

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

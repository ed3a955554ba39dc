import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { LoadSummary } from "../load/summary.ts";
import type { Lang } from "../lang.ts";
import { say } from "../words/say.ts";

/** Lines over the seconds of a load, drawn by uPlot where the page is read. */
export interface Chart {
  readonly title: string;
  readonly names: readonly string[];
  /** The seconds, then a row for each name; null: no figure. */
  readonly rows: readonly (readonly (number | null)[])[];
}

/** How the times and the requests of a load went over its seconds, the ramp included. */
export const chartsOf = ({ series, users }: LoadSummary, lang: Lang): readonly Chart[] => {
  const word = (name: string): string => say(lang, { code: `load-word.${name}`, facts: { users } });
  const of = (value: (point: LoadSummary["series"][number]) => number | null): readonly (number | null)[] =>
    series.map(value);
  const seconds = of(({ second }) => second);
  return [
    {
      title: word("chart-times"),
      names: ["p50", "p95", "p99", word("waitP95Ms")],
      rows: [
        seconds,
        of(({ p50Ms }) => p50Ms),
        of(({ p95Ms }) => p95Ms),
        of(({ p99Ms }) => p99Ms),
        of(({ waitP95Ms }) => waitP95Ms),
      ],
    },
    {
      title: word("chart-requests"),
      names: [word("requests"), word("failed"), word("users")],
      rows: [seconds, of(({ requests }) => requests), of(({ errors }) => errors), of((point) => point.users)],
    },
  ];
};

/** Where the chart of this number is drawn; what it shows stands in the tables as well. */
export const chartPlace = (index: number): string => `<div class="chart" data-chart="${index}"></div>`;

export interface ChartParts {
  readonly style: string;
  /** Data that no reader of scripts runs. */
  readonly data: string;
  readonly scripts: readonly string[];
}

export const chartParts = (charts: readonly Chart[]): ChartParts =>
  charts.length === 0
    ? { style: "", data: "", scripts: [] }
    : {
        style: read("uPlot.min.css"),
        data: JSON.stringify(charts).replaceAll("<", "\\u003c"),
        scripts: [read("uPlot.iife.min.js"), drawing],
      };

const require = createRequire(import.meta.url);
const read = (name: string): string => readFileSync(require.resolve(`uplot/dist/${name}`), "utf8");

/** Ink follows the page: light, dark, and dark on a screen but light on paper. */
const drawing = `
const charts = JSON.parse(document.getElementById("charts").textContent);
const ink = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name);
const drawn = [...document.querySelectorAll("[data-chart]")].map((place) => {
  const { title, names, rows } = charts[Number(place.dataset.chart)];
  const series = [{ label: "s" }, ...names.map((label, at) => ({ label, stroke: ink("--line-" + at), width: 2, spanGaps: true }))];
  const size = () => ({ width: Math.min(960, place.clientWidth || 640), height: 260 });
  const grid = { stroke: ink("--rule"), width: 1 };
  const axes = [{ stroke: ink("--ink"), grid }, { stroke: ink("--ink"), grid, size: 70 }];
  const chart = new uPlot({ ...size(), title, series, axes, scales: { x: { time: false }, y: { range: (_, least, most) => [0, (most || 1) * 1.05] } } }, rows, place);
  return () => { chart.setSize(size()); chart.redraw(); };
});
const again = () => drawn.forEach((draw) => draw());
addEventListener("resize", again);
for (const query of ["print", "(prefers-color-scheme: dark)"]) matchMedia(query).addEventListener("change", again);
`;

import uPlot from "uplot";
import type { Mark, SpanAnswer } from "../shapes.ts";
import { type ChartSpec, inUnit, leastTop, lonely } from "./chart-specs.ts";
import { element, setAttribute, setText } from "./dom.ts";
import type { Words } from "./store.ts";

/** One chart over time, with what happened marked on its axis. */
export interface Chart {
  readonly element: HTMLElement;
  show(span: SpanAnswer, marks: readonly Mark[]): void;
  /** To be called once it stands in the page. */
  fit(): void;
  destroy(): void;
}

export const createChart = (spec: ChartSpec, words: Words, colourOf: (name: string) => string): Chart => {
  const values = spec.lines.map(() => element("b"));
  const legend = spec.lines.map(({ column, colour }, index) =>
    element(
      "span",
      { class: `key ${colour}` },
      ...(spec.lines.length === 1 ? [] : [`${words(`panel.line-${column}`)} `]),
      values[index] ?? "",
    ),
  );
  const place = element("div", { class: "plot", role: "img" });
  const title = words(`panel.chart-${spec.name}`);
  const made = element(
    "figure",
    { class: "chart" },
    element("figcaption", {}, element("h3", {}, title), ...legend),
    place,
  );
  let shownMarks: readonly Mark[] = [];

  const tell = (plot: uPlot): void => {
    const at = plot.cursor.idx ?? plot.data[0].length - 1;
    spec.lines.forEach((_line, index) => {
      const node = values[index];
      if (node !== undefined) setText(node, inUnit(spec.unit, plot.data[index + 1]?.[at]));
    });
  };
  const options: uPlot.Options = {
    width: 300,
    height: heightPx,
    padding: [6, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, sync: { key: "panel" }, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      y: { range: (_plot, _min, max) => [0, Math.max(max || 0, leastTop[spec.unit]) * 1.1] },
    },
    axes: [
      {
        stroke: colourOf("--muted"),
        grid: { show: false },
        ticks: { show: false },
        size: 22,
        font: axisFont,
        values: times,
      },
      {
        stroke: colourOf("--muted"),
        grid: { stroke: colourOf("--rule"), width: 1 },
        ticks: { show: false },
        size: 52,
        font: axisFont,
        space: 28,
        ...(spec.unit === "bytes" ? { incrs: byteSteps } : spec.unit === "count" ? { incrs: wholeSteps } : {}),
        values: (_plot, splits) => splits.map((value) => inUnit(spec.unit, value)),
      },
    ],
    series: [
      {},
      ...spec.lines.map(({ colour, isFilled }) => ({
        stroke: colourOf(`--line-${colour}`),
        width: 1.5,
        // A line needs two: where few come, a lone figure is a point.
        points: {
          show: () => true,
          size: 4,
          fill: colourOf(`--line-${colour}`),
          filter: (plot: uPlot, index: number) => [...lonely(plot.data[index] ?? [])],
        },
        ...(isFilled === true ? { fill: `${colourOf(`--line-${colour}`)}22` } : {}),
      })),
    ],
    hooks: { draw: [(plot) => drawMarks(plot, shownMarks, colourOf)], setCursor: [tell] },
  };
  const plot = new uPlot(options, [[], ...spec.lines.map(() => [])], place);

  return {
    element: made,
    fit: () => {
      const width = place.clientWidth;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: heightPx });
    },
    show: (span, marks) => {
      shownMarks = marks;
      plot.setData(dataOf(spec, span));
      tell(plot);
      const latest = spec.lines.map(
        ({ column }) => `${words(`panel.line-${column}`)} ${inUnit(spec.unit, span.columns[column].at(-1))}`,
      );
      setAttribute(place, "aria-label", `${title}: ${latest.join(", ")}`);
    },
    destroy: () => plot.destroy(),
  };
};

/** A young instance is shown larger: what was before it is no part of the axis, five minutes apart. */
const dataOf = ({ lines }: ChartSpec, { stepSec, endSec, columns }: SpanAnswer): uPlot.AlignedData => {
  const { connections } = columns;
  const first = connections.findIndex((value) => value !== null);
  const from = Math.min(first < 0 ? connections.length : first, connections.length - leastPoints);
  const length = connections.length - from;
  const times = Array.from({ length }, (_, index) => endSec - (length - 1 - index) * stepSec);
  return [times, ...lines.map(({ column }) => columns[column].slice(from))];
};

const drawMarks = (
  { ctx, bbox, valToPos, scales }: uPlot,
  marks: readonly Mark[],
  colourOf: (name: string) => string,
): void => {
  const { min = 0, max = 0 } = scales["x"] ?? {};
  ctx.save();
  for (const { at, kind } of marks) {
    if (at < (min ?? 0) || at > (max ?? 0)) continue;
    const x = Math.round(valToPos(at, "x", true));
    const size = 4 * devicePixelRatio;
    ctx.strokeStyle = colourOf(`--mark-${kind}`);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top);
    ctx.lineTo(x + size, bbox.top);
    ctx.lineTo(x, bbox.top + size);
    ctx.fill();
  }
  ctx.restore();
};

const times = (_plot: uPlot, splits: number[]): string[] =>
  splits.map((sec) => {
    const at = new Date(sec * 1_000);
    return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  });

const byteSteps = Array.from({ length: 24 }, (_, power) => 1_048_576 * 2 ** power);
/** There is no half a connection. */
const wholeSteps = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
const heightPx = 132;
const leastPoints = 60;
const axisFont = "11px system-ui, sans-serif";

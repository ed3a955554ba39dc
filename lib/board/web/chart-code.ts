/**
 * The chart over time: bars for now, hatched where the time is still going on, a dashed line with points for before, so
 * that it reads without colour. It takes its colours from the style sheet.
 */
export const chartCode = String.raw`"use strict";
const createChart = (place, tellPoint, formatAxis) => {
  let plot = null;
  let shape = "";
  let labels = [];
  let data = [[], [], [], []];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const hatch = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const pen = canvas.getContext("2d");
    pen.strokeStyle = colour("--accent");
    pen.lineWidth = 2;
    pen.beginPath();
    for (const at of [-8, 0, 8]) { pen.moveTo(at, 8); pen.lineTo(at + 8, 0); }
    pen.stroke();
    return pen.createPattern(canvas, "repeat");
  };

  const options = () => ({
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [10, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: (_, from, to) => [from - 0.6, to + 0.6] }, y: { range: (_, low, high) => [0, Math.max(1, high) * 1.06] } },
    axes: [
      {
        stroke: colour("--soft"), grid: { show: false }, ticks: { show: false }, size: 26, font: "12px system-ui, sans-serif",
        splits: (self) => {
          const step = Math.ceil(labels.length / Math.max(2, Math.floor(self.width / 56)));
          return labels.map((_, at) => at).filter((at) => at % step === 0);
        },
        values: (_, splits) => splits.map((at) => labels[at] ?? ""),
      },
      {
        stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, size: 58, font: "12px system-ui, sans-serif",
        values: (_, splits) => splits.map(formatAxis),
      },
    ],
    series: [
      {},
      { fill: colour("--accent"), width: 0, paths: uPlot.paths.bars({ size: [0.66, 46], radius: 0.12 }), points: { show: false } },
      { fill: hatch, stroke: colour("--accent"), width: 1.5, paths: uPlot.paths.bars({ size: [0.66, 46], radius: 0.12 }), points: { show: false } },
      { stroke: colour("--ink"), width: 1.75, dash: [5, 4], points: { show: true, size: 5, stroke: colour("--ink"), fill: colour("--card") } },
    ],
    hooks: { setCursor: [(self) => tellPoint(self.cursor.idx ?? null)] },
  });

  const redraw = () => {
    if (place.clientWidth === 0) return;
    plot?.destroy();
    plot = new uPlot(options(), data, place);
  };

  new ResizeObserver(() => {
    if (plot && (plot.width !== place.clientWidth || plot.height !== place.clientHeight))
      plot.setSize({ width: place.clientWidth, height: place.clientHeight });
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  return {
    draw: (points) => {
      const open = points.findLastIndex((point) => point.now !== null);
      labels = points.map((point) => point.label);
      data = [
        points.map((_, at) => at),
        points.map((point, at) => (at === open ? null : point.now)),
        points.map((point, at) => (at === open ? point.now : null)),
        points.map((point) => point.before),
      ];
      if (plot && shape === labels.join()) plot.setData(data);
      else redraw();
      shape = labels.join();
    },
  };
};
`;

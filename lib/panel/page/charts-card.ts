import { say } from "../../words/say.ts";
import { type LiveEvents, type Mark, columnNames, type SeriesAnswer, type SpanAnswer } from "../shapes.ts";
import type { Api } from "./api.ts";
import { type Chart, createChart } from "./chart.ts";
import { type ChartSpec, chartSpecs, isKnown } from "./chart-specs.ts";
import { clock } from "./clock.ts";
import { button, card, element } from "./dom.ts";
import type { Surroundings } from "./store.ts";

/** The last hour and the last day: small charts on one time axis, and the list of what is marked on it. */
export interface ChartsCard {
  readonly element: HTMLElement;
  begin(): Promise<void>;
  point(point: LiveEvents["point"]): void;
  mark(mark: Mark): void;
  close(): void;
}

export const createChartsCard = (
  { lang, words }: Surroundings,
  api: Api,
  colourOf: (name: string) => string,
): ChartsCard => {
  const place = element("div", { class: "charts-grid" });
  const list = element("ol", { class: "marks", "aria-label": words("panel.marks") });
  const spans = { hour: words("panel.hour"), day: words("panel.day") } as const;
  const switches = (["hour", "day"] as const).map((name) =>
    button(spans[name], { "aria-pressed": String(name === "hour") }, () => choose(name)),
  );
  const charts = new Map<ChartSpec, Chart>();
  let answer: SeriesAnswer | null = null;
  let chosen: keyof typeof spans = "hour";

  const show = (): void => {
    if (answer === null) return;
    const span = answer[chosen];
    const { marks } = answer;
    for (const spec of chartSpecs) {
      // In the order of the list, whenever a first figure comes.
      if (!charts.has(spec) && isKnown(spec, answer.hour)) charts.set(spec, createChart(spec, words, colourOf));
    }
    const wanted = chartSpecs.flatMap((spec) => charts.get(spec) ?? []);
    wanted.forEach((chart, index) => {
      if (place.children[index] !== chart.element) place.insertBefore(chart.element, place.children[index] ?? null);
      chart.fit();
      chart.show(span, marks);
    });
    showMarks(marks);
  };
  const showMarks = (marks: readonly Mark[]): void => {
    list.hidden = marks.length === 0;
    list.replaceChildren(
      ...marks
        .slice(-marksListed)
        .toReversed()
        .map(({ at, kind, message }) => {
          const iso = new Date(at * 1_000).toISOString();
          return element(
            "li",
            { class: kind },
            element("time", { datetime: iso }, clock(iso)),
            ` ${say(lang, message)}`,
          );
        }),
    );
  };
  const choose = (name: keyof typeof spans): void => {
    chosen = name;
    switches.forEach((one, index) => one.setAttribute("aria-pressed", String((index === 0) === (name === "hour"))));
    load().catch(() => undefined);
  };
  const load = async (): Promise<void> => {
    answer = await api.get<SeriesAnswer>("/v1/series");
    show();
  };
  const fit = new ResizeObserver(() => charts.forEach((chart) => chart.fit()));
  fit.observe(place);
  let sinceDay = 0;

  return {
    element: card(
      "charts",
      words("panel.charts"),
      element("div", { class: "switch", role: "group", "aria-label": words("panel.span") }, ...switches),
      place,
      list,
    ),
    begin: load,
    point: (point) => {
      if (answer === null) return;
      const { hour } = answer;
      const missed = (point.at - hour.endSec) / hour.stepSec;
      sinceDay += 1;
      // One was missed, or the day has a new one.
      if (missed > 1.5 || (chosen === "day" && sinceDay % pointsPerDayStep === 0))
        return void load().catch(() => undefined);
      if (missed < 0.5) return;
      answer = { ...answer, hour: appended(hour, point) };
      show();
    },
    mark: (mark) => {
      if (answer !== null) answer = { ...answer, marks: [...answer.marks, mark] };
      show();
    },
    close: () => {
      fit.disconnect();
      charts.forEach((chart) => chart.destroy());
    },
  };
};

const appended = (span: SpanAnswer, { at, values }: LiveEvents["point"]): SpanAnswer => ({
  ...span,
  endSec: at,
  columns: Object.fromEntries(
    columnNames.map((name) => [name, [...span.columns[name].slice(1), values[name]]]),
  ) as unknown as SpanAnswer["columns"],
});

const marksListed = 8;
const pointsPerDayStep = 24;

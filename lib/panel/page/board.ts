import type { LiveEvents, Mark } from "../shapes.ts";
import { actions } from "./actions.ts";
import { openActionDialog } from "./action-dialog.ts";
import type { Api } from "./api.ts";
import { createBoxesCard } from "./boxes-card.ts";
import { createChangeCard } from "./change-card.ts";
import { createChartsCard } from "./charts-card.ts";
import { button, element } from "./dom.ts";
import { createHeadline } from "./headline.ts";
import { createHistoryCard } from "./history-card.ts";
import { createIndicatorsCard } from "./indicators-card.ts";
import { createLogsCard } from "./logs-card.ts";
import { createServicesCard } from "./services-card.ts";
import { createStageCard } from "./stage-card.ts";
import type { Seen, Surroundings } from "./store.ts";
import { createWorkersCard } from "./workers-card.ts";

/** The whole page of one who is logged in, in one language and one theme; made anew when either is changed. */
export interface Board {
  readonly element: HTMLElement;
  show(seen: Seen): void;
  lost(): void;
  point(point: LiveEvents["point"]): void;
  mark(mark: Mark): void;
  /** New in the log; null: some may have been missed. */
  lines(lines: LiveEvents["lines"] | null): void;
  close(): void;
}

export const createBoard = (
  surroundings: Surroundings,
  api: Api,
  first: Seen,
  colourOf: (name: string) => string,
): Board => {
  const { words, role, mayAct } = surroundings;
  const headline = createHeadline(surroundings);
  const charts = createChartsCard(surroundings, api, colourOf);
  const change = createChangeCard(surroundings, api);
  const stage = createStageCard(surroundings);
  const workers = createWorkersCard(surroundings);
  const indicators = createIndicatorsCard(surroundings);
  const services = createServicesCard(surroundings);
  const history = createHistoryCard(surroundings, api);
  const boxes = createBoxesCard(surroundings, api);
  const logs = createLogsCard(surroundings, api);
  const views = [headline, change, stage, workers, indicators, services, history, boxes, logs];
  let seen = first;

  const bar = element("div", { class: "actions", role: "group", "aria-label": words("panel.actions") });
  const buttons = actions.map((action) => ({
    action,
    made: button(`${words(`panel.do-${action.name}`)}…`, { "data-action": action.name }, () => {
      openActionDialog(action, surroundings, api, seen).catch(lost);
    }),
  }));
  bar.append(
    ...(role === "operator" && mayAct ? buttons.map(({ made }) => made) : []),
    ...(role === "operator" && !mayAct ? [element("p", { class: "muted" }, words("panel.log-in-to-act"))] : []),
    ...(role === "reader" ? [element("p", { class: "muted" }, words("panel.reader"))] : []),
  );

  const setLost = (isLost: boolean): void => {
    page.toggleAttribute("data-lost", isLost);
    for (const { made } of buttons) made.disabled = isLost;
  };
  /** Nothing may look as if it were so now. */
  const lost = (): void => {
    setLost(true);
    headline.lost();
  };
  const show = (next: Seen): void => {
    seen = next;
    setLost(false);
    for (const view of views) view.update(next);
    for (const { action, made } of buttons) made.hidden = !action.isOffered({ ...next, history: [] });
  };
  const page = element(
    "main",
    { class: "board" },
    element("div", { class: "top" }, headline.element, bar),
    change.element,
    element(
      "div",
      { class: "row uneven" },
      element("div", { class: "column" }, stage.element, services.element, boxes.element),
      element("div", { class: "column first" }, workers.element, indicators.element),
    ),
    charts.element,
    history.element,
    logs.element,
  );
  show(first);
  charts.begin().catch(() => undefined);

  return {
    element: page,
    show,
    lost,
    point: charts.point,
    mark: charts.mark,
    lines: logs.lines,
    close: charts.close,
  };
};

import type { IncomingMessage } from "node:http";
import { DashdError } from "../errors.ts";
import type { AdminAnswer, AdminRoute, AdminRoutes } from "../protocol/admin-route.ts";
import type { BlackBox } from "../protocol/black-box.ts";
import type { LogLine } from "../protocol/log-line.ts";
import type { Live } from "./live.ts";
import type { AboutAnswer, BoxRow, HistoryRow, PlanAnswer, SeriesAnswer } from "./shapes.ts";
import { createEventsRoute } from "./events-route.ts";

/** Where the panel's answers come from: handlers that the master passes in. */
export interface PanelSources {
  about(): Promise<AboutAnswer>;
  series(): SeriesAnswer;
  /** Touches nothing; throws what the change itself would be refused with. */
  plan(wanted: PlanWanted): Promise<PlanAnswer>;
  history(): readonly HistoryRow[];
  blackBoxes(): readonly BlackBox[];
  logs(filter: LogWanted): Promise<readonly LogLine[]>;
}

export type PlanWanted =
  | { readonly kind: "stage"; readonly stage: number }
  | { readonly kind: "reload" }
  | { readonly kind: "rollback"; readonly to: number | null };

export interface LogWanted {
  readonly slot: number | null;
  readonly level: string | null;
  readonly grep: string | null;
}

export const createPanelRoutes = (sources: PanelSources, live: Live): AdminRoutes => ({
  "/v1/events": createEventsRoute(live),
  "/v1/about": read(() => sources.about()),
  "/v1/series": read(() => sources.series()),
  "/v1/plan": read((query) => sources.plan(planWanted(query))),
  "/v1/history": read(() => sources.history()),
  "/v1/black-boxes": read((query) => boxes(sources.blackBoxes(), wholeNumber(query, "id"))),
  "/v1/logs": read((query) =>
    sources.logs({ slot: wholeNumber(query, "slot"), level: textOf(query, "level"), grep: textOf(query, "grep") }),
  ),
});

const read = (make: (query: URLSearchParams) => unknown): AdminRoute => ({
  method: "GET",
  needs: "read",
  run: async (request): Promise<AdminAnswer> => ({
    type: "application/json; charset=utf-8",
    body: `${JSON.stringify(await make(queryOf(request)))}\n`,
  }),
});

const boxes = (kept: readonly BlackBox[], id: number | null): BlackBox | readonly BoxRow[] => {
  if (id === null) return kept.map(boxRow);
  const box = kept.find((one) => one.id === id);
  if (box !== undefined) return box;
  throw bad(`id ${id}`, kept.map((one) => one.id).join(", "));
};

const boxRow = ({ id, at, slot, generation, pid, cause, livedMs, inARow }: BlackBox): BoxRow => ({
  ...{ id, at, slot, generation, pid },
  ...{ cause, livedMs, inARow },
});

const queryOf = ({ url = "" }: IncomingMessage): URLSearchParams =>
  new URLSearchParams(url.includes("?") ? url.slice(url.indexOf("?") + 1) : "");

const planWanted = (query: URLSearchParams): PlanWanted => {
  const kind = query.get("kind");
  if (kind === "reload") return { kind };
  if (kind === "rollback") return { kind, to: wholeNumber(query, "to") };
  const stage = wholeNumber(query, "stage");
  if (kind === "stage" && stage !== null) return { kind, stage };
  throw bad(`kind ${kind ?? "–"}`, "kind=stage&stage=N, kind=reload, kind=rollback");
};

const wholeNumber = (query: URLSearchParams, name: string): number | null => {
  const text = textOf(query, name);
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw bad(`${name} ${text.slice(0, 20)}`, "0 – 999999999");
};

const textOf = (query: URLSearchParams, name: string): string | null => {
  const text = query.get(name);
  return text === null || text === "" ? null : text.slice(0, longestText);
};

const longestText = 200;

const bad = (found: string, expected: string): DashdError => new DashdError("E_USAGE", { found, expected });

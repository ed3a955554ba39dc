import { traceIdOf } from "../middleware/traceparent.ts";
import type { Visit } from "../middleware/visit.ts";
import type { RequestInFlight } from "../protocol/black-box.ts";
import { shownMethod, shownPath } from "./in-flight.ts";

/** The requests that ran out of time since the last beat, for the log: the first few, since a hundred say no more. */
export interface Overdue {
  note(visit: Pick<Visit, "req" | "slotAtMs">): void;
  take(): readonly RequestInFlight[];
}

export const createOverdue = (now: () => number): Overdue => {
  let noted: RequestInFlight[] = [];
  return {
    note: ({ req, slotAtMs }) => {
      if (noted.length >= mostTold) return;
      const { method = "", url = "" } = req;
      const traceId = traceIdOf(req);
      const ageMs = Math.round(now() - slotAtMs);
      const request = { method: shownMethod(method), path: shownPath(url.slice(0, longestUrl)), ageMs };
      noted.push(traceId === null ? request : { ...request, traceId });
    },
    take: () => {
      const taken = noted;
      noted = [];
      return taken;
    },
  };
};

const mostTold = 4;
const longestUrl = 120;

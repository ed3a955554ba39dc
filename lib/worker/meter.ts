import type { Visit } from "../middleware/visit.ts";
import { createHistogram } from "../histogram.ts";
import type { Beat } from "../protocol/worker-messages.ts";

/** Counts answers; what it counted goes out with the next beat. */
export interface Meter {
  /** The answer of a visit is over, or its client is gone. */
  over(visit: Visit): void;
  /** One of our own 503s: queue full or wait used up, request timed out, too many connections. */
  own503(kind: "shed" | "timedOut" | "refused"): void;
  take(): Metered;
}

type Metered = Pick<Beat, "served" | "answers" | "errors" | "timedOut" | "shed" | "refused" | "responseMs" | "waitMs">;

export const createMeter = (now: () => number): Meter => {
  const responseMs = createHistogram();
  const waitMs = createHistogram();
  let served = 0;
  let answers = 0;
  let errors = 0;
  let own = { timedOut: 0, shed: 0, refused: 0 };
  return {
    over: ({ res, slotAtMs, waitFromMs }) => {
      if (!res.headersSent) return;
      answers++;
      if (res.statusCode >= 500) errors++;
      if (slotAtMs === 0) return;
      responseMs.record(now() - slotAtMs);
      waitMs.record(slotAtMs - waitFromMs);
    },
    own503: (kind) => {
      own[kind]++;
    },
    take: () => {
      served += answers;
      const taken = { served, answers, errors, ...own, responseMs: responseMs.take(), waitMs: waitMs.take() };
      answers = 0;
      errors = 0;
      own = { timedOut: 0, shed: 0, refused: 0 };
      return taken;
    },
  };
};

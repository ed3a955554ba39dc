/** What a slot remembers of its dead workers: decides when the next one may be forked. */
export interface SlotHistory {
  /** Lives in a row that ended badly before they had proved healthy. */
  readonly streak: number;
  /** Monotonic; the next worker is not forked before. */
  readonly notBeforeMs: number;
  readonly restarts: number;
}

export interface Death {
  readonly atMs: number;
  /** How long it had been ready; null when it never was. */
  readonly readyForMs: number | null;
  /** `asked`: we ended it. `killed`: SIGKILL from outside, or by a drill: no fault of the app. `crashed`: everything else. */
  readonly cause: "asked" | "killed" | "crashed";
}

export const newSlot: SlotHistory = { streak: 0, notBeforeMs: 0, restarts: 0 };

/**
 * Capped exponential back-off: the first replacement comes at once, then after 0.5, 1, 2 … 30 s, so that a crash loop
 * costs a slot two forks a minute and not 86 in three seconds (TRAPS 4). A worker that was ready and was killed from
 * outside says nothing about the app: its replacement only keeps a small distance.
 */
export const afterDeath = (slot: SlotHistory, death: Death): SlotHistory => {
  if (death.cause === "asked") return { ...slot, notBeforeMs: death.atMs };
  const restarts = slot.restarts + 1;
  if (death.cause === "killed" && death.readyForMs !== null) {
    return { streak: slot.streak, notBeforeMs: death.atMs + distanceAfterKillMs, restarts };
  }
  const provedHealthy = death.readyForMs !== null && death.readyForMs >= healthyAfterMs;
  const streak = provedHealthy ? 1 : slot.streak + 1;
  return { streak, notBeforeMs: death.atMs + backOffMs(streak), restarts };
};

const backOffMs = (streak: number): number =>
  streak <= 1 ? 0 : Math.min(longestBackOffMs, firstBackOffMs * 2 ** (streak - 2));

const firstBackOffMs = 500;
const longestBackOffMs = 30_000;
const healthyAfterMs = 30_000;
const distanceAfterKillMs = 50;

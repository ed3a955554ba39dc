import type { AppFailure } from "../protocol/worker-messages.ts";

/** What happened so far to a generation that is coming up. */
export interface BootProgress {
  readonly workers: number;
  readonly ready: number;
  readonly failures: readonly BootFailure[];
  /** Whether a slot that failed is tried again; yes, where nothing is said. */
  readonly revives?: boolean;
}

export interface BootFailure {
  readonly slot: number;
  /** `killed` from outside says nothing about the app and is tried again more often. */
  readonly cause: "crashed" | "killed" | "timed-out";
  readonly failure: AppFailure;
}

export type BootVerdict =
  | { readonly verdict: "up" | "wait" }
  /** Some slots serve, others will not: a start goes on degraded, a change is taken back. */
  | { readonly verdict: "partly" | "failed"; readonly failure: AppFailure };

/** Whether a generation is up, still coming, or will not come. Pure. */
export const judgeBoot = ({ workers, ready, failures, revives = true }: BootProgress): BootVerdict => {
  if (ready >= workers) return { verdict: "up" };
  const last = failures.at(-1);
  if (last === undefined) return { verdict: "wait" };
  const hopeless =
    !revives || failures.some((failure) => failure.cause === "timed-out") || worstSlot(failures) >= slotBudget;
  const allFail = ready === 0 && count(failures, "crashed") >= slotBudget;
  if (!hopeless && !allFail) return { verdict: "wait" };
  const told = failures.findLast((failure) => failure.cause !== "killed") ?? last;
  return { verdict: ready > 0 ? "partly" : "failed", failure: told.failure };
};

const count = (failures: readonly BootFailure[], cause: BootFailure["cause"]): number =>
  failures.filter((failure) => failure.cause === cause).length;

const worstSlot = (failures: readonly BootFailure[]): number => {
  const perSlot = new Map<number, number>();
  for (const { slot, cause } of failures) {
    perSlot.set(slot, (perSlot.get(slot) ?? 0) + (cause === "killed" ? 1 / killsForgiven : 1));
  }
  return Math.max(...perSlot.values());
};

/** Boot crashes of one slot, or of any while none is ready, before dashd stops trying. */
const slotBudget = 3;
/** So many kills from outside weigh as one crash. */
const killsForgiven = 3;

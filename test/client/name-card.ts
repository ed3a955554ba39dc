import type { Outcome } from "./outcome.ts";

/** What every fixture app puts into its answers: who gave it, and the number the caller sent along. */
export interface NameCard {
  readonly pid: number;
  readonly n: string | null;
  /** Of fixture apps only; a third-party program knows nothing of them. */
  readonly slot?: number;
  readonly version?: string;
}

/** null where nobody of an app with such answers answered. */
export const whoAnswered = (outcome: Outcome): NameCard | null => {
  if (outcome.kind !== "answer" || outcome.status !== 200) return null;
  try {
    const card: unknown = JSON.parse(outcome.body);
    return isNameCard(card) ? card : null;
  } catch {
    return null;
  }
};

const isNameCard = (card: unknown): card is NameCard =>
  typeof card === "object" && card !== null && "pid" in card && typeof card.pid === "number" && "n" in card;

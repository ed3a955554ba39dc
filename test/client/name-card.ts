import type { Outcome } from "./outcome.ts";

/** What every fixture app puts into its answers: who gave it, and the number the caller sent along. */
export interface NameCard {
  readonly pid: number;
  readonly slot: number;
  readonly version: string;
  readonly n: string | null;
}

/** null where nobody of a fixture app answered. */
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
  typeof card === "object" &&
  card !== null &&
  "pid" in card &&
  typeof card.pid === "number" &&
  "slot" in card &&
  "version" in card &&
  "n" in card;

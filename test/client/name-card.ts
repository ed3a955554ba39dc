import type { Outcome } from "./outcome.ts";

/** What every fixture app puts into its answers: who gave it, and the number the caller sent along. */
export interface NameCard {
  readonly pid: number;
  readonly n: string | null;
  /** 0 and empty where a third-party program answered, which knows neither. */
  readonly slot: number;
  readonly version: string;
}

/** null where nobody of an app with such answers gave it. */
export const whoAnswered = (outcome: Outcome): NameCard | null => {
  if (outcome.kind !== "answer" || outcome.status !== 200) return null;
  try {
    const card: unknown = JSON.parse(outcome.body);
    return isNameCard(card) ? { slot: 0, version: "", ...card } : null;
  } catch {
    return null;
  }
};

const isNameCard = (card: unknown): card is Pick<NameCard, "pid" | "n"> & Partial<NameCard> =>
  typeof card === "object" && card !== null && "pid" in card && typeof card.pid === "number" && "n" in card;

import type { Message } from "../errors.ts";
import type { Indicator, Snapshot } from "../protocol/snapshot.ts";
import { say } from "../words/say.ts";
import type { Lang } from "../lang.ts";
import { summaryOf } from "../protocol/summary.ts";
import type { ProofStanding } from "../protocol/proof-standing.ts";
import { proofMessage } from "./proof-line.ts";

/** `status --json`: the shape of CONTRACT section 5, its sentences in the operator's language. */
export const presentStatus = (snapshot: Snapshot, lang: Lang): PresentedStatus => {
  const { schemaVersion, state, proof, indicators, capacity, warnings, ...rest } = snapshot;
  const inWords = (message: Message): string => say(lang, message);
  return {
    schemaVersion,
    state,
    summary: inWords(summaryOf(snapshot)),
    ...rest,
    proof: proof === null ? null : { ...proof, summary: inWords(proofMessage(proof)) },
    indicators: indicators.map((indicator) => ({
      ...indicator,
      advice: indicator.advice === null ? null : inWords(indicator.advice),
    })),
    capacity,
    warnings: warnings.map(inWords),
  };
};

export interface PresentedStatus extends Omit<Snapshot, "proof" | "indicators" | "warnings"> {
  readonly summary: string;
  readonly proof: (ProofStanding & { readonly summary: string }) | null;
  readonly indicators: readonly (Omit<Indicator, "advice"> & { readonly advice: string | null })[];
  readonly warnings: readonly string[];
}

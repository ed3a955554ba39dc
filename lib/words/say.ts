import type { DashdError, Facts, Message } from "../errors.ts";
import { isErrorCode } from "../errors.ts";
import type { Lang } from "../lang.ts";
import { errorWords } from "./catalogue/errors.ts";
import { catalogue } from "./catalogue/index.ts";
import { readFacts } from "./fact-reader.ts";
import type { FactReader } from "./fact-reader.ts";

/** A message in words. A code that the catalogue does not know is shown with its facts: nothing is ever swallowed. */
export const say = (lang: Lang, message: Message): string =>
  sayKnown(lang, message.code, message.facts) ?? rawText(message);

export interface SaidError {
  /** The whole of it: one sentence, and below it one line per fault where there are several. */
  readonly sentence: string;
  /** The faults alone. */
  readonly details: readonly string[];
  /** The next command to run; null where there is none. */
  readonly hint: string | null;
}

export const sayError = (lang: Lang, error: Pick<DashdError, "code" | "facts" | "details" | "hint">): SaidError => {
  const details = error.details.map((detail) => say(lang, detail));
  const sentence = [say(lang, error), ...details.map((detail) => `  - ${detail}`)].join("\n");
  return { sentence, details, hint: error.hint ?? usualHint(lang, error) };
};

/** The hint of an error's catalogue entry. Codes come from other versions too, over the control API. */
const usualHint = (lang: Lang, { code, facts }: Message): string | null =>
  isErrorCode(code) ? (errorWords[code].hint?.(reader(lang, facts)) ?? null) : null;

const sayKnown = (lang: Lang, code: string, facts: Facts): string | null => {
  const entry = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
  return entry === undefined ? null : entry[lang](reader(lang, facts));
};

/** A phrase inside a sentence gets the sentence's facts, but may hold no further phrase: no loop is possible. */
const reader = (lang: Lang, facts: Facts): FactReader =>
  readFacts(facts, (code) => {
    const entry = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
    return entry === undefined ? null : entry[lang](readFacts(facts, () => null));
  });

const rawText = ({ code, facts }: Message): string => {
  const parts = Object.entries(facts).map(([name, fact]) => `${name}=${JSON.stringify(fact)}`);
  return parts.length === 0 ? code : `${code} (${parts.join(", ")})`;
};

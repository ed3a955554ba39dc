import type { FactReader } from "./fact-reader.ts";

/** One sentence in both languages, side by side. */
export interface Entry {
  readonly en: (f: FactReader) => string;
  readonly zh: (f: FactReader) => string;
}

/** An error's entry may name the next command to run, for throwers that named none. Commands need no translation. */
export interface ErrorEntry extends Entry {
  readonly hint?: (f: FactReader) => string | null;
}

export type Catalogue = Readonly<Record<string, Entry>>;

/** A word or sentence that takes no facts. */
export const fixed = (en: string, zh: string): Entry => ({ en: () => en, zh: () => zh });

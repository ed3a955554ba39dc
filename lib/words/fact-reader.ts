import type { Facts } from "../errors.ts";

/** Facts as an entry of the catalogue reads them: a missing fact is shown as "–", never thrown about. */
export interface FactReader {
  (name: string): string;
  /** There is something to show. */
  has(name: string): boolean;
  is(name: string, value: string | number | boolean): boolean;
  number(name: string): number | null;
  list(name: string): readonly string[];
  /**
   * A fact that is itself a code of the catalogue, in words: `because.hung`, or `hung` under the fact's own name or the
   * family given; an errno too. Any other text is shown as it is.
   */
  phrase(name: string, family?: string): string;
}

/** `sayCode` says a code of the catalogue with the same facts, or null where there is none. */
export const readFacts = (facts: Facts, sayCode: (code: string) => string | null): FactReader => {
  const text = (name: string): string => {
    const fact = Object.hasOwn(facts, name) ? facts[name] : null;
    if (fact === null || fact === undefined || fact === "") return UNKNOWN;
    return typeof fact === "object" ? fact.join(", ") || UNKNOWN : String(fact);
  };
  return Object.assign(text, {
    has: (name: string) => text(name) !== UNKNOWN,
    is: (name: string, value: string | number | boolean) => facts[name] === value,
    number: (name: string) => {
      const fact = facts[name];
      return typeof fact === "number" && Number.isFinite(fact) ? fact : null;
    },
    list: (name: string) => {
      const fact = facts[name];
      return typeof fact === "object" && fact !== null ? fact : [];
    },
    phrase: (name: string, family = name) => {
      const value = text(name);
      return sayCode(value) ?? sayCode(`${family}.${value}`) ?? sayCode(`os.${value}`) ?? value;
    },
  });
};

/** What stands for a figure that nobody knows. */
export const UNKNOWN = "–";

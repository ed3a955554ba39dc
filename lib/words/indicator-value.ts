import type { Lang } from "../lang.ts";
import { indicatorFigure } from "./indicator-figure.ts";
import { say } from "./say.ts";

/** An indicator's value or threshold for eyes: a state in words, a figure in the unit of its kind. */
export const indicatorValue = (lang: Lang, indicator: string, value: number | string | null): string =>
  typeof value === "string" ? stateInWords(lang, value) : indicatorFigure(indicator, value);

/** A state that a later version has made up is shown by its name. */
export const stateInWords = (lang: Lang, state: string): string => {
  const code = state === "refusals" ? "status.refusals" : `service.${state}`;
  const said = say(lang, { code, facts: {} });
  return said === code ? state : said;
};

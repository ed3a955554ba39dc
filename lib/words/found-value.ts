import type { Lang } from "../lang.ts";
import { UNKNOWN } from "./fact-reader.ts";
import { say } from "./say.ts";

/** What a sum found or needs, for eyes; the values of a profile stay as they stand in its file. */
export const foundValue = (lang: Lang, value: number | string | null): string => {
  if (typeof value !== "string") return value === null ? UNKNOWN : String(value);
  const code = `sum.${value}`;
  const said = say(lang, { code, facts: {} });
  return said === code ? value : said;
};

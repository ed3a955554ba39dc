import type { Lang } from "../lang.ts";
import { UNKNOWN } from "./fact-reader.ts";
import { indicatorFigure } from "./indicator-figure.ts";
import { indicatorValue } from "./indicator-value.ts";

/** What an indicator must be to be well: `< 70 %`, `≥ 85 %`, `≤ 50`, up. */
export const indicatorWell = (
  lang: Lang,
  { name, warn, critical }: { readonly name: string; readonly warn: Value; readonly critical: Value },
): string => {
  if (warn === null) return UNKNOWN;
  if (typeof warn === "string") return indicatorValue(lang, name, "up");
  const isFloor = typeof critical === "number" && critical < warn;
  // More users than that are worth a word, as many are not.
  const sign = isFloor ? "≥" : name === "users" ? "≤" : "<";
  return `${sign} ${indicatorFigure(name, warn)}`;
};

type Value = number | string | null;

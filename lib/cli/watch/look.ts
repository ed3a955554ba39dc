import type { Facts } from "../../errors.ts";
import type { Lang } from "../../lang.ts";
import { say } from "../../words/say.ts";
import type { CliIo } from "../io.ts";

/** How the view speaks and paints. */
export interface Look {
  readonly lang: Lang;
  readonly paint: CliIo["paint"];
  words(code: string, facts?: Facts): string;
}

export const createLook = (lang: Lang, paint: CliIo["paint"]): Look => ({
  lang,
  paint,
  words: (code, facts = {}) => say(lang, { code, facts }),
});

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

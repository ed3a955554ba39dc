import { isLang, localeLang } from "../lang.ts";
import type { Lang } from "../lang.ts";

export interface LangClues {
  /** What `--lang` said; anything but `en` and `zh` is for the settings to refuse, in the language of the rest. */
  readonly flag?: string | undefined;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** The system's locale, for hosts without LANG (Windows). */
  readonly locale?: string | undefined;
}

/** `--lang`, then DASHD_LANG, then the locale; before settings are resolved, and for their own faults. */
export const pickLang = ({ flag, env, locale }: LangClues): Lang => {
  const named = [flag, env["DASHD_LANG"]].find((value) => value !== undefined && isLang(value));
  return named !== undefined && isLang(named) ? named : localeLang(env, locale);
};

export type Lang = "en" | "zh";

export const isLang = (text: string): text is Lang => text === "en" || text === "zh";

/**
 * The language of the locale: the first of LC_ALL, LC_MESSAGES and LANG that is set decides, as POSIX says. Windows sets
 * none of them: there `locale` (`Intl.DateTimeFormat().resolvedOptions().locale`) decides.
 */
export const localeLang = (env: Readonly<NodeJS.ProcessEnv>, locale = ""): Lang => {
  const named = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return /^zh\b|^zh_/i.test(named ?? locale) ? "zh" : "en";
};

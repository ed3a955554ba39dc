/**
 * What must be known before the command line is parsed: the language of its messages, the shape of its errors, and
 * which command's file to load. It forgives everything; commander judges.
 */
export const glance = (argv: readonly string[]): Glance => {
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  let command: string | null = null;
  let lang: string | undefined;
  let json = false;
  for (let index = 0; index < own.length; index++) {
    const word = own[index] ?? "";
    if (word === "--json") json = true;
    else if (word === "--lang") lang = own[++index];
    else if (word.startsWith("--lang=")) lang = word.slice("--lang=".length);
    else if (word === "--home") index++;
    else if (!word.startsWith("-")) command ??= word;
  }
  return { own, rest: end === -1 ? [] : argv.slice(end + 1), command, lang, json };
};

export interface Glance {
  /** Everything before `--`. */
  readonly own: readonly string[];
  /** Everything after it: the hosted app's. */
  readonly rest: readonly string[];
  readonly command: string | null;
  readonly lang: string | undefined;
  readonly json: boolean;
}

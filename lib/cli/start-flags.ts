import type { Command } from "commander";
import type { Lang } from "../lang.ts";
import { settingFlags } from "../settings/flags.ts";
import { say } from "../words/say.ts";
import { type Given, textOf } from "./command.ts";

/** What `start` takes besides its own, and with it whatever starts it: a service, a task of Windows. */
export const declareStartFlags = (command: Command, lang: Lang): void => {
  command.option("--strict", say(lang, { code: "cli.flag-strict", facts: {} }));
  for (const { name, flags, help, note } of settingFlags()) {
    if (!globalFlags.has(name)) command.option(flags, `${say(lang, help)} ${say(lang, note)}`);
  }
};

/** Settings as typed, for `resolveSettings`. */
export const textsOf = ({ options }: Pick<Given, "options">): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => {
      // A flag that takes no value; commander says true of every `--no-…` that was not typed.
      const isNegative = negative.has(name);
      const text = isNegative ? (value === false ? "off" : undefined) : value === true ? "on" : textOf(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );

const negative: ReadonlySet<string> = new Set(
  settingFlags()
    .filter(({ flags }) => flags.startsWith("--no-"))
    .map(({ name }) => name),
);

/** Declared for every command; commander takes them wherever they stand. */
const globalFlags: ReadonlySet<string> = new Set(["home", "lang"]);

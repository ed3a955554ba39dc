import type { Command } from "commander";
import type { Lang } from "../lang.ts";
import type { ChangeOptions } from "../protocol/control.ts";
import { say } from "../words/say.ts";
import { author } from "./author.ts";
import { textOf, type Given } from "./command.ts";
import { secondsTyped } from "./numbers.ts";

/** The flags that every change has. */
export const declareChangeOptions = (command: Command, lang: Lang): void => {
  command.option("--reason <text>", say(lang, { code: "cli.flag-reason", facts: {} }));
  command.option("--watch-window <sec>", say(lang, { code: "cli.flag-watch-window", facts: {} }));
};

export const changeOptions = ({ options }: Given): ChangeOptions => {
  const window = textOf(options["watchWindow"]);
  return {
    ...author(textOf(options["reason"]) ?? null),
    watchWindowSec: window === undefined ? null : secondsTyped("--watch-window", window),
  };
};

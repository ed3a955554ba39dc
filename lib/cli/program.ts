import { Command } from "commander";
import { say } from "../words/say.ts";
import type { Lang } from "../lang.ts";
import type { CommandEntry } from "./command.ts";
import { examples } from "./examples.ts";
import { helpTopics } from "./help-topics.ts";

export interface ProgramOptions {
  readonly commands: readonly CommandEntry[];
  readonly lang: Lang;
  readonly version: string;
  /** Only the command that was typed is declared in full; the others by name and summary. */
  readonly typed: CommandEntry | null;
  readonly write: (text: string) => void;
  readonly action: (args: readonly string[], options: Readonly<Record<string, unknown>>) => Promise<void>;
}

/** The command line in commander's terms: all commands by name, one of them in full. */
export const buildProgram = ({ commands, lang, version, typed, write, action }: ProgramOptions): Command => {
  const words = (code: string): string => say(lang, { code, facts: {} });
  const program = new Command("dashd")
    .description(words("cli.about"))
    .usage(words("cli.usage"))
    .version(version, "--version", words("cli.flag-version"))
    .option("--home <dir>", words("cli.flag-home"))
    .option("--lang <en|zh>", words("cli.flag-lang"))
    .option("--json", words("cli.flag-json"))
    .helpOption("-h, --help", words("cli.flag-help"))
    .helpCommand(false)
    .addHelpText("after", `\n${say(lang, { code: "cli.help-after", facts: { topics: helpTopics } })}`)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => words(titleCodes[title] ?? title),
      styleUsage: (usage) => usage.replace("[options]", words("cli.usage-flags")),
    });

  for (const { name } of commands) {
    const command = program
      .command(name)
      .description(words(`cli.summary-${name}`))
      .helpOption("-h, --help", words("cli.flag-help"))
      .copyInheritedSettings(program);
    if (typed?.name === name) {
      typed.module.declare(command, lang);
      command.addHelpText("after", examplesOf(name, words));
    } else command.allowUnknownOption().allowExcessArguments();
    command.action(async () => action(command.args, command.opts()));
  }
  return program;
};

const examplesOf = (name: string, words: (code: string) => string): string => {
  const lines = examples[name] ?? [];
  const shown = lines.map((line, index) => `  ${line}\n      ${words(`example.${name}-${index + 1}`)}`);
  return lines.length === 0 ? "" : `\n${words("cli.title-examples")}\n${shown.join("\n")}`;
};

const titleCodes: Readonly<Record<string, string>> = {
  "Usage:": "cli.title-usage",
  "Arguments:": "cli.title-arguments",
  "Options:": "cli.title-options",
  "Global Options:": "cli.title-global-options",
  "Commands:": "cli.title-commands",
};

import type { Command, Option } from "commander";
import { drillNames } from "../../protocol/drill.ts";
import { logLevels } from "../../settings/settings.ts";
import type { Lang } from "../../lang.ts";
import type { CommandEntry } from "../command.ts";
import { helpTopics } from "../help-topics.ts";
import { buildProgram } from "../program.ts";

/** The command line as a shell has to know it, read from what each command declares: it cannot tell other flags. */
export interface Declared {
  readonly commands: readonly DeclaredCommand[];
  /** Of every command. */
  readonly flags: readonly DeclaredFlag[];
}

export interface DeclaredCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly DeclaredFlag[];
  /** By their place. */
  readonly args: readonly Value[];
}

export interface DeclaredFlag {
  readonly long: string;
  /** `-f` */
  readonly short: string | null;
  /** null: it takes none. */
  readonly value: Value | null;
  readonly help: string;
}

/** What may stand in a place. `known`: what the instance or its ladder has, asked of dashd itself. */
export type Value =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file" | "folder" | "free" }
  | { readonly kind: "known"; readonly what: Known };

export const knownKinds = ["stages", "revisions", "slots"] as const;
export type Known = (typeof knownKinds)[number];

export const declaredCommands = (entries: readonly CommandEntry[], lang: Lang, version: string): Declared => {
  const names = entries.map(({ name }) => name);
  const programs = entries.map((typed) =>
    buildProgram({ commands: entries, lang, version, typed, write: () => {}, action: () => Promise.resolve() }),
  );
  return {
    flags: programs[0] === undefined ? [] : flagsOf(programs[0], names),
    commands: programs.flatMap((program, index) => {
      const command = program.commands.find((one) => one.name() === names[index]);
      return command === undefined ? [] : [commandOf(command, names)];
    }),
  };
};

const commandOf = (command: Command, names: readonly string[]): DeclaredCommand => ({
  name: command.name(),
  summary: command.description(),
  flags: flagsOf(command, names),
  args: command.registeredArguments.map((argument) => valueOf(argument.name(), "", names)),
});

const flagsOf = (command: Command, names: readonly string[]): readonly DeclaredFlag[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option): DeclaredFlag[] => {
      const { long, short, description } = option;
      const value = takesValue(option) ? valueOf(placeholderOf(option), long ?? "", names) : null;
      return typeof long === "string" ? [{ long, short: short ?? null, value, help: description }] : [];
    });

/** One that need not be given is written with `=`, which no shell has to know. */
const takesValue = ({ required }: Option): boolean => required;

const placeholderOf = ({ flags }: Option): string => /<([^>]+)>/.exec(flags)?.[1] ?? "";

/** By the name that the place has in help, and by the flag where that says more. */
const valueOf = (placeholder: string, flag: string, names: readonly string[]): Value => {
  if (/^[\w-]+(\|[\w-]+)+$/.test(placeholder)) return { kind: "words", words: placeholder.split("|") };
  if (placeholder === "stage" || flag === "--stage") return { kind: "known", what: "stages" };
  if (placeholder === "slot" || flag === "--slot") return { kind: "known", what: "slots" };
  const known = places[placeholder];
  if (known !== undefined) return known;
  if (placeholder === "topic") return { kind: "words", words: [...names, ...helpTopics] };
  return { kind: "free" };
};

const revisions: Value = { kind: "known", what: "revisions" };

const places: Readonly<Record<string, Value>> = {
  ...{ rev: revisions, a: revisions, b: revisions },
  ...{ file: { kind: "file" }, app: { kind: "file" } },
  ...{ dir: { kind: "folder" }, path: { kind: "free" } },
  level: { kind: "words", words: logLevels },
  windows: { kind: "words", words: ["windows"] },
  drill: { kind: "words", words: drillNames },
};

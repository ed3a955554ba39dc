import type { Command } from "commander";
import type { Lang } from "../lang.ts";
import type { CliIo } from "./io.ts";

/** One command of the program, in a file of its own. What only a few need, like the master, it loads when it runs. */
export interface CommandModule {
  /** Its arguments and flags, in the operator's language. */
  declare(command: Command, lang: Lang): void;
  /** The exit code of CONTRACT section 3; a refusal is thrown as a DashdError. */
  run(given: Given, context: CommandContext): Promise<number>;
}

export interface CommandEntry {
  readonly name: string;
  readonly module: CommandModule;
}

export interface Given {
  readonly args: readonly string[];
  /** By commander's camelCase names, without the global ones. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What followed `--`. */
  readonly rest: readonly string[];
}

export interface CommandContext {
  readonly io: CliIo;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly lang: Lang;
  readonly json: boolean;
  /** `--home`, `--lang` as typed. */
  readonly flags: Readonly<Record<string, string>>;
  /** Fires on Ctrl-C and SIGTERM, for the commands that watch and wait. */
  readonly interrupted: AbortSignal;
  /** Where a person sits who can press keys; null: a pipe, a log, a terminal that cannot be drawn on. */
  terminal(): Terminal | null;
  /** From here on signals are the caller's own business: a master has its own answer to them. */
  handOverSignals(): void;
  readonly version: string;
  /** How this command was run, for a start that runs itself again in a session of its own. */
  readonly self: Self;
}

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

export interface Self {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly script: string;
  readonly argv: readonly string[];
}

/** A flag or argument as the text that was typed; undefined when it was not. */
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

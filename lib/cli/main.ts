import { type Command, CommanderError } from "commander";
import { DashdError } from "../errors.ts";
import type { CommandContext, Self, Terminal } from "./command.ts";
import { commands } from "./commands.ts";
import { glance } from "./glance.ts";
import { pickLang } from "../words/pick-lang.ts";
import type { Interrupts } from "./interrupts.ts";
import { createIo } from "./io.ts";
import { buildProgram } from "./program.ts";
import { asDashdError, reportError } from "./report-error.ts";
import { usageError } from "./usage-error.ts";

export interface CliOptions {
  readonly self: Self;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly version: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Opened only where a command reads keys. */
  readonly stdin?: (() => NodeJS.ReadStream) | undefined;
  readonly interrupts: Interrupts;
  /** Hears the error of a failed command before it is put into words. */
  readonly failed?: ((error: DashdError) => void) | undefined;
}

/** Runs one command line and returns its exit code. */
export const runCli = async (options: CliOptions): Promise<number> => {
  const { env, cwd, version, self, interrupts } = options;
  const seen = glance(self.argv);
  const lang = pickLang({ flag: seen.lang, env });
  const io = createIo(options);
  const entry = commands.find(({ name }) => name === seen.command);
  let exitCode = 0;

  const run = async (): Promise<void> => {
    const action = async (args: readonly string[], own: Readonly<Record<string, unknown>>): Promise<void> => {
      if (seen.rest.length > 0 && !takesRest.has(entry?.name ?? "")) throw restRefused(seen.rest);
      const context: CommandContext = {
        ...{ io, env, cwd, lang, version, self },
        json: seen.json,
        flags: textsOf(program.opts()),
        interrupted: interrupts.signal,
        terminal: () => terminalOf(options),
        handOverSignals: () => interrupts.handOver(),
      };
      exitCode = (await entry?.module.run({ args, options: own, rest: seen.rest }, context)) ?? 0;
    };
    const program = buildProgram({ commands, lang, version, typed: entry ?? null, write: io.write, action });
    if (seen.own.length === 0) program.outputHelp();
    else await parse(program, seen.own, seen.command);
  };

  try {
    await run();
    return exitCode;
  } catch (thrown) {
    io.progress(null);
    const error = asDashdError(thrown);
    options.failed?.(error);
    const debug = env["DASHD_DEBUG"] === "1";
    return reportError(error, { io, lang, json: seen.json, debug, command: entry?.name ?? null });
  }
};

/** Commander throws to end after help and version too: those are no errors. */
const parse = async (program: Command, words: readonly string[], typed: string | null): Promise<void> => {
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw usageError(error, program, typed, words);
  }
};

const terminalOf = ({ stdin, stdout, env }: CliOptions): Terminal | null => {
  if (!stdout.isTTY || env["TERM"] === "dumb") return null;
  const input = stdin?.();
  return input?.isTTY === true ? { input, output: stdout } : null;
};

/** They start an app, or write down how. */
const takesRest: ReadonlySet<string> = new Set(["start", "dev", "service", "export"]);

const restRefused = (rest: readonly string[]): DashdError =>
  new DashdError(
    "E_USAGE",
    { found: `-- ${rest.join(" ")}`, expected: "cli.expected-start" },
    { hint: "dashd start --help" },
  );

const textsOf = (options: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );

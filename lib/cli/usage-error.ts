import type { Command, CommanderError } from "commander";
import { DashdError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/** What commander refused, as E_USAGE: its sentence is ours, in the operator's language, with the word that was meant. */
export const usageError = (
  error: CommanderError,
  program: Command,
  typed: string | null,
  words: readonly string[],
): DashdError => {
  const command = program.commands.find((one) => one.name() === typed);
  // Commander tells the word in question only inside its sentence.
  const subject = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const hint = command === undefined ? "dashd --help" : `dashd ${command.name()} --help`;
  const refuse = (expected: string | null, suggestion: string | null = null, found = subject): DashdError => {
    const meant = suggestion === null ? hint : withSuggestion(program, command, suggestion);
    return new DashdError("E_USAGE", { found, expected, suggestion, subject }, { hint: meant, cause: error });
  };
  const whole = `dashd ${typed ?? ""}`.trim();
  const unknownFlag = (flag: string): DashdError =>
    refuse("cli.expected-flag", nearest(flag, flagsOf(command ?? program, program)), flag);
  switch (error.code) {
    case "commander.unknownCommand":
      return refuse(
        "expected.command",
        nearest(
          subject,
          program.commands.map((one) => one.name()),
        ),
      );
    case "commander.unknownOption":
      // Of the debugger's flags production knows none: who types them means a development run.
      if (subject.startsWith("--inspect")) {
        return new DashdError(
          "E_USAGE",
          { found: subject, expected: "cli.expected-flag", subject },
          { hint: `dashd dev ${subject}`, cause: error },
        );
      }
      return unknownFlag(subject);
    case "commander.optionMissingArgument":
      return refuse("expected.value");
    case "commander.missingArgument":
      return refuse("cli.expected-argument", null, whole);
    case "commander.missingMandatoryOptionValue": {
      // Commander misses it before it looks at the rest: a flag that is mistyped is what is wrong.
      const known = flagsOf(command ?? program, program);
      const mistyped = words.map(flagIn).find((flag) => flag.startsWith("--") && !known.includes(flag));
      if (mistyped !== undefined) return unknownFlag(mistyped);
      return refuse("cli.expected-option", null, whole);
    }
    case "commander.excessArguments":
      return refuse("expected.no-more", null, `${whole} ${program.args.slice(1).join(" ")}`);
    default:
      return new DashdError("E_USAGE", { found: error.message }, { hint, cause: error });
  }
};

/** `--users` of `--users=50` */
const flagIn = (word: string): string => word.split("=", 1)[0] ?? "";

const withSuggestion = (program: Command, command: Command | undefined, suggestion: string): string =>
  suggestion.startsWith("-") && command !== undefined
    ? `${program.name()} ${command.name()} ${suggestion}`
    : `${program.name()} ${suggestion}`;

const flagsOf = (command: Command, program: Command): readonly string[] =>
  [...command.options, ...program.options].flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));

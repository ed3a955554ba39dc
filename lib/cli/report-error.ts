import { DashdError } from "../errors.ts";
import type { Lang } from "../lang.ts";
import { shortageIn } from "../system-error.ts";
import { say, sayError } from "../words/say.ts";
import type { CliIo } from "./io.ts";

export interface ReportOptions {
  readonly io: Pick<CliIo, "out" | "err">;
  readonly lang: Lang;
  readonly json: boolean;
  readonly debug: boolean;
  /** That was typed; its help is the hint of an error that knows no better one. */
  readonly command: string | null;
}

/** Says what went wrong, once, with the next command to run, and returns the exit code. No stack unless asked for. */
export const reportError = (error: DashdError, { io, lang, json, debug, command }: ReportOptions): number => {
  const { sentence, hint: usual } = sayError(lang, error);
  const isUsage = error.code === "E_USAGE" && error.hint === null && command !== null;
  const hint = isUsage ? `dashd ${command} --help` : usual;
  if (json) io.out(JSON.stringify({ schemaVersion: 1, error: { code: error.code, message: sentence, hint } }));
  // On stderr in any case: a script that reads the document still has a log for people.
  const [first = "", ...faults] = sentence.split("\n");
  io.err([`${first} (${error.code})`, ...faults].join("\n"));
  if (hint !== null) io.err(say(lang, { code: "cli.hint", facts: { hint } }));
  if (debug) io.err(stacksOf(error));
  return error.exitCode;
};

/** Anything else that was thrown, but for what the system could not give, is a fault of dashd itself, and is called so. */
export const asDashdError = (thrown: unknown): DashdError => {
  if (thrown instanceof DashdError) return thrown;
  const shortage = shortageIn(thrown);
  if (shortage !== null) return shortage;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DashdError("E_INTERNAL", { message }, { hint: "DASHD_DEBUG=1 dashd …", cause: thrown });
};

const stacksOf = (error: Error): string => {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error ? `${stack}\n[cause] ${stacksOf(error.cause)}` : stack;
};

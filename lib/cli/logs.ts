import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { renderLine } from "../home/log-line.ts";
import { readLog } from "../home/log-reader.ts";
import type { HomePaths } from "../home/paths.ts";
import type { Lang } from "../lang.ts";
import type { LogLine } from "../protocol/log-line.ts";
import { logLevels, type LogLevel } from "../settings/settings.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandContext, type CommandModule } from "./command.ts";
import { runningHomeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";
import { exitCodes } from "./exit-codes.ts";

/** `dashd logs`: the last lines of the instance and its app, and what follows. Works when nothing runs. */
export const logs: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: { levels: logLevels } });
    command.option("-f, --follow", words("cli.flag-follow"));
    command.option("--lines <n>", words("cli.flag-lines"));
    command.option("--slot <n>", words("cli.flag-slot"));
    command.option("--level <level>", words("cli.flag-level"));
    command.option("--grep <text>", words("cli.flag-grep"));
    command.option("--set-level <level>", words("cli.flag-set-level"));
  },
  run: async ({ options }, context) => {
    const { io, lang, json, interrupted } = context;
    const wanted = levelOf("--set-level", textOf(options["setLevel"]));
    if (wanted !== null) return setLevel(wanted, context);
    const logDir = await logDirOf(runningHomeOf(context));
    if (logDir === null) throw new DashdError("E_NO_LOG_FILES");
    const filter = {
      slot: numberOf("--slot", options["slot"], 1),
      level: levelOf("--level", textOf(options["level"])),
      grep: textOf(options["grep"]) ?? null,
    };
    const lines = numberOf("--lines", options["lines"], 0) ?? defaultLines;
    const follow = options["follow"] === true;
    let shownLines = 0;
    for await (const line of readLog({ dir: logDir, lines, filter, follow, signal: interrupted })) {
      shownLines++;
      io.out(json ? JSON.stringify({ schemaVersion: 1, ...line }) : shown(line, lang, io.colour));
    }
    if (shownLines === 0 && lines > 0 && !follow) io.err(say(lang, { code: "cli.no-lines", facts: { dir: logDir } }));
    return follow && interrupted.aborted ? exitCodes.interrupted : 0;
  },
};

/** A running instance knows better than the environment of this shell whether it writes any. */
const logDirOf = async (paths: HomePaths): Promise<string | null> => {
  const rows = await createControlClient({ paths })
    .settings()
    .catch((error: unknown) => {
      if (error instanceof DashdError) return [];
      throw error;
    });
  const isOff = rows.some(({ name, value }) => name === "logDir" && value === "off");
  return isOff ? null : paths.logDir;
};

const defaultLines = 100;

/** The file holds English; what dashd itself said is said again in the operator's language. */
const shown = (line: LogLine, lang: Lang, colour: boolean): string => {
  const { code, facts, message } = line;
  return renderLine(line, { colour, words: code === null || lang === "en" ? message : say(lang, { code, facts }) });
};

const numberOf = (flag: string, value: unknown, min: number): number | null => {
  const typed = textOf(value);
  return typed === undefined ? null : wholeNumber(flag, typed, min);
};

/** Of the running instance, until its next start: the setting decides again then. */
const setLevel = async (level: LogLevel, context: CommandContext): Promise<number> => {
  const { io, lang, json } = context;
  await createControlClient({ paths: runningHomeOf(context) }).setLogLevel(level);
  const message = say(lang, { code: "cli.level-set", facts: { level } });
  io.out(json ? JSON.stringify({ schemaVersion: 1, level, message }) : message);
  return 0;
};

const levelOf = (flag: string, typed: string | undefined): LogLevel | null => {
  if (typed === undefined) return null;
  const level = logLevels.find((one) => one === typed);
  if (level !== undefined) return level;
  const suggestion = nearest(typed, logLevels);
  const hint = suggestion === null ? "dashd logs --help" : `dashd logs ${flag} ${suggestion}`;
  throw new DashdError("E_USAGE", { found: `${flag} ${typed}`, expected: logLevels.join(", "), suggestion }, { hint });
};

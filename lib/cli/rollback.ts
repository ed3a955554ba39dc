import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import type { ChangeAuthor } from "../protocol/control.ts";
import { say } from "../words/say.ts";
import { rollbackNextStart } from "./rollback-next-start.ts";
import { changeOptions, declareChangeOptions } from "./change-options.ts";
import { textOf, type CommandContext, type CommandModule } from "./command.ts";
import { follow } from "./follow.ts";
import { runningHomeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";

/** `dashd rollback [--to REV]`: back to what was in force before; while nothing runs, for the next start. */
export const rollback: CommandModule = {
  declare: (command, lang) => {
    command.option("--to <rev>", say(lang, { code: "cli.flag-to", facts: {} }));
    declareChangeOptions(command, lang);
  },
  run: async (given, context) => {
    const typed = textOf(given.options["to"]);
    const to = typed === undefined ? null : wholeNumber("--to", typed);
    const asked = changeOptions(given);
    const client = createControlClient({ paths: runningHomeOf(context) });
    try {
      return await follow(client.change({ kind: "rollback", to, ...asked }, context.interrupted), context);
    } catch (error) {
      if (!(error instanceof DashdError) || error.code !== "E_NOT_RUNNING") throw error;
      return setNext(to, asked, context, error);
    }
  },
};

const setNext = async (
  to: number | null,
  { by, reason }: ChangeAuthor,
  context: CommandContext,
  notRunning: DashdError,
): Promise<number> => {
  const next = await rollbackNextStart(to, { by, reason }, context, notRunning);
  const message = say(context.lang, {
    code: "cli.rollback-next",
    facts: { stage: next.stage, revision: next.revision },
  });
  context.io.out(context.json ? JSON.stringify({ schemaVersion: 1, message, ...next }) : message);
  return 0;
};

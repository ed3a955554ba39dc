import { resolve } from "node:path";
import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { say } from "../words/say.ts";
import { changeOptions, declareChangeOptions } from "./change-options.ts";
import { textOf, type CommandModule } from "./command.ts";
import { follow } from "./follow.ts";
import { runningHomeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";
import { savedPlan } from "./saved-plan.ts";

/** `dashd stage N`: a live, transactional change to another stage. */
export const stage: CommandModule = {
  declare: (command, lang) => {
    command.argument("<stage>", say(lang, { code: "cli.arg-stage", facts: {} }));
    command.option("--plan <file>", say(lang, { code: "cli.flag-plan", facts: {} }));
    declareChangeOptions(command, lang);
  },
  run: async (given, context) => {
    const { args, options } = given;
    const wanted = wholeNumber("stage", args[0] ?? "");
    const file = textOf(options["plan"]);
    const planned = file === undefined ? null : savedPlan(resolve(context.cwd, file), wanted);
    const client = createControlClient({ paths: runningHomeOf(context) });
    try {
      const request = { kind: "stage", stage: wanted, planned, ...changeOptions(given) } as const;
      return await follow(client.change(request, context.interrupted), context);
    } catch (error) {
      if (!(error instanceof DashdError) || error.code !== "E_NOT_RUNNING") throw error;
      const hint = `dashd start --stage ${wanted}`;
      throw new DashdError("E_NOT_RUNNING", error.facts, { hint, cause: error });
    }
  },
};

import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { say } from "../words/say.ts";
import { author } from "./author.ts";
import type { CommandModule } from "./command.ts";
import { follow } from "./follow.ts";
import { runningHomeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";

/** `dashd stage N`: a live, transactional change to another stage. */
export const stage: CommandModule = {
  declare: (command, lang) => {
    command.argument("<stage>", say(lang, { code: "cli.arg-stage", facts: {} }));
  },
  run: async ({ args }, context) => {
    const wanted = wholeNumber("stage", args[0] ?? "");
    const client = createControlClient({ paths: runningHomeOf(context) });
    try {
      const steps = client.change({ kind: "stage", stage: wanted, ...author() }, context.interrupted);
      return await follow(steps, context);
    } catch (error) {
      if (!(error instanceof DashdError) || error.code !== "E_NOT_RUNNING") throw error;
      const hint = `dashd start --stage ${wanted}`;
      throw new DashdError("E_NOT_RUNNING", error.facts, { hint, cause: error });
    }
  },
};

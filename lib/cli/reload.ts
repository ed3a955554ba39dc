import { createControlClient } from "../control/client.ts";
import { changeOptions, declareChangeOptions } from "./change-options.ts";
import type { CommandModule } from "./command.ts";
import { follow } from "./follow.ts";
import { runningHomeOf } from "./home-of.ts";

/** `dashd reload`: the same stage, a new generation with the app's new code. */
export const reload: CommandModule = {
  declare: declareChangeOptions,
  run: (given, context) => {
    const client = createControlClient({ paths: runningHomeOf(context) });
    return follow(client.change({ kind: "reload", ...changeOptions(given) }, context.interrupted), context);
  },
};

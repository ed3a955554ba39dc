import { createControlClient } from "../control/client.ts";
import { say } from "../words/say.ts";
import { author } from "./author.ts";
import { textOf, type CommandModule } from "./command.ts";
import { follow } from "./follow.ts";
import { homeOf } from "./home-of.ts";

/** `dashd reload`: the same stage, a new generation with the app's new code. */
export const reload: CommandModule = {
  declare: (command, lang) => {
    command.option("--reason <text>", say(lang, { code: "cli.flag-reason", facts: {} }));
  },
  run: ({ options }, context) => {
    const client = createControlClient({ paths: homeOf(context) });
    return follow(
      client.change({ kind: "reload", ...author(textOf(options["reason"]) ?? null) }, context.interrupted),
      context,
    );
  },
};

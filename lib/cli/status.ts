import { setTimeout as pause } from "node:timers/promises";
import { createControlClient, type ControlClient } from "../control/client.ts";
import { say } from "../words/say.ts";
import type { CommandContext, CommandModule } from "./command.ts";
import { runningHomeOf } from "./home-of.ts";
import { presentStatus } from "./present-status.ts";
import { statusPage } from "./status-page.ts";
import { exitCodes } from "./exit-codes.ts";

/** `dashd status`: what the running instance published last. Reading it changes nothing. */
export const status: CommandModule = {
  declare: (command, lang) => {
    command.option("--watch", say(lang, { code: "cli.flag-watch", facts: {} }));
    command.option("--exit-code", say(lang, { code: "cli.flag-exit-code", facts: {} }));
  },
  run: async ({ options }, context) => {
    const paths = runningHomeOf(context);
    const client = createControlClient({ paths });
    if (options["watch"] === true) {
      const terminal = context.json ? null : context.terminal();
      if (terminal === null) return watch(client, context);
      const { watchScreen } = await import("./watch/watch-screen.ts");
      return watchScreen(client, paths, terminal, context);
    }
    const snapshot = await client.status();
    const { io, lang, json } = context;
    if (json) io.out(JSON.stringify(presentStatus(snapshot, lang), null, 2));
    else for (const line of statusPage(snapshot, lang, io.paint)) io.out(line);
    return options["exitCode"] === true && snapshot.state === "degraded" ? exitCodes.degraded : 0;
  },
};

const watchEveryMs = 1000;

/** Once a second until Ctrl-C: the one sentence, or one document a line. */
const watch = async (client: ControlClient, { io, lang, json, interrupted }: CommandContext): Promise<number> => {
  while (!interrupted.aborted) {
    const presented = presentStatus(await client.status(), lang);
    io.out(json ? JSON.stringify(presented) : presented.summary);
    await pause(watchEveryMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return exitCodes.interrupted;
};

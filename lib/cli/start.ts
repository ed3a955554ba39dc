import cluster from "node:cluster";
import { DashdError } from "../errors.ts";
import { openHome } from "../home/open-home.ts";
import { takeLock } from "../home/lock.ts";
import { loadLadder, stageOf } from "../profile/load.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { sweepProbeFolders } from "../verify/probe-folder.ts";
import { say } from "../words/say.ts";
import { author } from "./author.ts";
import { textOf, type CommandModule } from "./command.ts";
import { startDetached } from "./start-detached.ts";
import { converge } from "./converge.ts";
import { appAgain, appToStart } from "./start-app.ts";
import { declareStartFlags, textsOf } from "./start-flags.ts";

/** `dashd start [app]`: serve, in the foreground or detached; with an instance already there, bring it to the stage. */
export const start: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.usage(words("cli.usage-start"));
    command.argument("[app]", words("cli.arg-app"));
    command.option("--detach", words("cli.flag-detach"));
    command.option("--reason <text>", words("cli.flag-reason"));
    declareStartFlags(command, lang);
  },
  run: async (given, context) => {
    const { env, cwd, io } = context;
    refuseInsideCluster(env);
    const settings = resolveSettings({ flags: { ...textsOf(given), ...context.flags }, env, cwd });
    const { values, sources } = settings;
    const ladder = await loadLadder(values.profiles);
    const stage = sources.stage === "flag" ? values.stage : null;
    if (values.stage !== null) stageOf(ladder, values.stage);
    const startedBy = author(textOf(given.options["reason"]) ?? null);
    const wanted = { stage, app: appToStart(given, context, settings), startedBy };

    if (given.options["detach"] === true) {
      return startDetached({ wanted, values, ladder }, context);
    }
    const paths = openHome(values.home, { logDir: values.logDir });
    const lock = await takeLock(paths).catch((error: unknown) => {
      if (error instanceof DashdError && error.code === "E_HOME_LOCKED") return error;
      throw error;
    });
    if (lock instanceof DashdError) return converge({ wanted, paths, locked: lock }, context);

    sweepProbeFolders();
    const { runMaster } = await import("../master/main.ts");
    context.handOverSignals();
    if (context.interrupted.aborted) {
      await lock.release();
      throw new DashdError("E_STOPPED_WHILE_STARTING", { signal: String(context.interrupted.reason) });
    }
    return runMaster({
      settings,
      ladder,
      stage,
      app: wanted.app,
      strict: given.options["strict"] === true,
      appAgain: () => appAgain(given, context, wanted.app),
      paths,
      lock,
      startedBy,
      io,
      lang: values.lang,
      development: null,
    });
  },
};

export const refuseInsideCluster = (env: NodeJS.ProcessEnv): void => {
  if (cluster.isWorker || env["NODE_UNIQUE_ID"] !== undefined) {
    throw new DashdError("E_INSIDE_CLUSTER", {}, { hint: "env -u NODE_UNIQUE_ID dashd start" });
  }
};

import { setTimeout as pause } from "node:timers/promises";
import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { isAnswered } from "../home/is-answered.ts";
import { readLockRecord } from "../home/lock-record.ts";
import type { HomePaths } from "../home/paths.ts";
import { identityOf, isSame, type ProcessIdentity } from "../host/process-identity.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { say } from "../words/say.ts";
import type { CommandContext, CommandModule } from "./command.ts";
import { runningHomeOf } from "./home-of.ts";
import { createProgress, type ProgressShown } from "./progress.ts";

/** `dashd stop`: drains the instance and returns once its master is gone. */
export const stop: CommandModule = {
  declare: () => undefined,
  run: async (_given, context) => {
    const { io, lang, json, interrupted } = context;
    const paths = runningHomeOf(context);
    const startedMs = monotonicMs();
    const client = createControlClient({ paths });
    const snapshot = await client.status();
    const master = readLockRecord(paths)?.owner ?? identityOf(snapshot.master.pid);

    const deadline = AbortSignal.timeout(stopDeadlineMs(snapshot));
    const end = AbortSignal.any([deadline, interrupted]);
    const progress = createProgress(io);
    progress.soon(say(lang, { code: "step.stopping", facts: {} }));
    try {
      await showSteps(client.stop(end), progress, context);
      while (!end.aborted && (await isThere(master, paths))) await pause(50);
    } finally {
      progress.end();
    }
    const seconds = (monotonicMs() - startedMs) / 1000;
    if (await isThere(master, paths)) {
      if (!interrupted.aborted)
        throw new DashdError("E_TIMED_OUT", { what: "what.stop", seconds: Math.round(seconds) });
      io.err(say(lang, { code: "cli.detached", facts: {} }));
      return 130;
    }
    const message = say(lang, {
      code: "cli.stopped",
      facts: { pid: snapshot.master.pid, seconds: seconds.toFixed(1) },
    });
    io.out(json ? JSON.stringify({ schemaVersion: 1, message, pid: snapshot.master.pid, seconds }) : message);
    return 0;
  },
};

/** The drain's own bound, and what signals, kills and the last writes may take after it. */
const stopDeadlineMs = ({ limits }: Snapshot): number => {
  const declared = limits.find(({ name }) => name === "stopTimeoutSec")?.declared;
  return ((typeof declared === "number" ? declared : 30) + marginSec) * 1000;
};

const marginSec = 15;

/** That the connection breaks is how a stop ends: whether the master is gone is looked at afterwards. */
const showSteps = async (
  steps: ReturnType<ReturnType<typeof createControlClient>["stop"]>,
  progress: ProgressShown,
  { lang }: CommandContext,
): Promise<void> => {
  try {
    for await (const step of steps) progress.at(say(lang, step.type === "step" ? step : step.message));
  } catch (error) {
    if (!(error instanceof DashdError) || !endsWithMaster.has(error.code)) throw error;
  }
};

const endsWithMaster: ReadonlySet<string> = new Set(["E_CONTROL", "E_NOT_RUNNING", "E_TIMED_OUT"]);

const isThere = async (master: ProcessIdentity | null, paths: HomePaths): Promise<boolean> =>
  master !== null ? isSame(master) : isAnswered(paths.controlSocket);

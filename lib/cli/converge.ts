import { realpathSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createControlClient, type ControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import type { HomePaths } from "../home/paths.ts";
import type { AppToRun } from "../master/app-identity.ts";
import { upstreamOf } from "../master/upstream-app.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { ChangeAuthor } from "../protocol/control.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { say } from "../words/say.ts";
import { shellWord } from "../shell-word.ts";
import type { CommandContext } from "./command.ts";
import { follow } from "./follow.ts";

export interface ConvergeInput {
  readonly wanted: Wanted;
  readonly paths: HomePaths;
  /** Said when the holder of the home does not answer. */
  readonly locked: DashdError;
}

/** `stage` null: whatever stage it runs. */
export interface Wanted {
  readonly stage: number | null;
  readonly app: AppToRun;
  readonly startedBy: ChangeAuthor;
}

/** A start where an instance already runs: says so, or changes its stage; another app is refused. */
export const converge = async ({ wanted, paths, locked }: ConvergeInput, context: CommandContext): Promise<number> => {
  const client = createControlClient({ paths });
  const snapshot = await firstStatus(client, locked);
  const { io, lang, json } = context;
  if (snapshot.state === "draining") throw locked;
  const running = snapshot.services.upstream?.url ?? realPath(snapshot.app.path);
  const asked = upstreamOf(wanted.app) ?? realPath(wanted.app.path);
  if (asked !== running) {
    const facts = { running, asked, home: paths.dir, pid: snapshot.master.pid };
    throw new DashdError("E_OTHER_APP_RUNNING", facts, { hint: `dashd stop --home ${shellWord(paths.dir)}` });
  }
  if (wanted.stage !== null && wanted.stage !== snapshot.stage) {
    const request = { kind: "stage", stage: wanted.stage, planned: null, ...wanted.startedBy } as const;
    return follow(client.change(request, context.interrupted), context);
  }
  const { stage, url, master, revision, generation } = snapshot;
  const message = say(lang, { code: "cli.already-running", facts: { stage, url, pid: master.pid } });
  io.out(
    json ? JSON.stringify({ schemaVersion: 1, message, stage, revision, generation, url, pid: master.pid }) : message,
  );
  return 0;
};

/** The other one may hold the lock and not answer yet: it is given a moment, not more (T17). */
const firstStatus = async (client: ControlClient, locked: DashdError): Promise<Snapshot> => {
  const deadlineMs = monotonicMs() + patienceMs;
  for (;;) {
    try {
      return await client.status();
    } catch (error) {
      if (!(error instanceof DashdError) || error.code !== "E_NOT_RUNNING") throw error;
      if (monotonicMs() > deadlineMs) throw locked;
      await pause(50);
    }
  }
};

const patienceMs = 1500;

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

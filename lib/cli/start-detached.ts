import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { isAnswered } from "../home/is-answered.ts";
import { readJournal } from "../home/journal.ts";
import { homeLocked } from "../home/lock.ts";
import { readLockRecord } from "../home/lock-record.ts";
import { openHome } from "../home/open-home.ts";
import type { HomePaths } from "../home/paths.ts";
import { inForce } from "../home/revisions.ts";
import type { Lang } from "../lang.ts";
import { announcement } from "../master/announce.ts";
import { stageOf, type Ladder } from "../profile/load.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { serves } from "../protocol/serves.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { summaryOf } from "../protocol/summary.ts";
import type { Settings } from "../settings/settings.ts";
import { say } from "../words/say.ts";
import { shellWord } from "../shell-word.ts";
import type { CommandContext } from "./command.ts";
import { converge, type Wanted } from "./converge.ts";
import { createProgress, type ProgressShown } from "./progress.ts";
import { presentStatus } from "./present-status.ts";
import { readReport, reportFd, reportVariable } from "./start-report.ts";
import { exitCodes } from "./exit-codes.ts";

export interface DetachedStart {
  readonly wanted: Wanted;
  readonly values: Settings;
  readonly ladder: Ladder;
}

/** The same command in a session of its own; returns once it serves and declared = effective, or with its error. */
export const startDetached = async (input: DetachedStart, context: CommandContext): Promise<number> => {
  if (input.values.logDir === "off") {
    const facts = { found: "--detach, DASHD_LOG_DIR=off", expected: "cli.expected-log-files" };
    throw new DashdError("E_USAGE", facts, { hint: "dashd start --help" });
  }
  const paths = openHome(input.values.home, { logDir: input.values.logDir });
  if (readLockRecord(paths) !== null || (await isAnswered(paths.controlSocket))) {
    return converge({ wanted: input.wanted, paths, locked: homeLocked(paths) }, context);
  }
  const child = spawnDetached(paths, context);
  const end = endOf(child);
  const progress = createProgress(context.io);
  const seen = tellBoot(progress, input, context);
  const serving = whenServing(child, paths, bootDeadlineMs(input), context.interrupted, seen);
  const first = await Promise.race([end.then((code) => ({ code })), serving]).finally(() => progress.end());
  child.unref();
  child.stdio[reportFd]?.destroy();
  if ("code" in first) return first.code;
  return tell(first, input, paths, context);
};

/** What the slowest stage of the ladder allows, since which one it is may be for the journal to say. */
const bootDeadlineMs = ({ ladder }: DetachedStart): number =>
  (Math.max(...[...ladder.values()].map(({ bootTimeoutSec }) => bootTimeoutSec)) + marginSec) * 1000;

const marginSec = 15;

const spawnDetached = (paths: HomePaths, { self, env, cwd }: CommandContext): ChildProcess => {
  const log = openSync(paths.startLog, "w", 0o600);
  try {
    const argv = withoutDetach(self.argv);
    return spawn(self.execPath, [...self.execArgv, self.script, ...argv], {
      cwd,
      // Its parent is meant to end before it, npm's shell or not (see master/npm-parent.ts).
      env: { ...env, npm_lifecycle_event: undefined, [reportVariable]: "1" },
      detached: true,
      windowsHide: true,
      stdio: ["ignore", log, log, "pipe"],
    });
  } finally {
    closeSync(log);
  }
};

/** What follows `--` is the app's. */
const withoutDetach = (argv: readonly string[]): readonly string[] => {
  const end = argv.indexOf("--");
  return argv.filter((word, index) => word !== "--detach" || (end !== -1 && index > end));
};

/** The child's exit code, or its own error as if it had been ours. */
const endOf = async (child: ChildProcess): Promise<number> => {
  const report = readReport(child.stdio[reportFd]);
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  const error = await report;
  if (error !== null) throw error;
  return code;
};

type Serving = { readonly snapshot: Snapshot } | { readonly detached: true };

const whenServing = async (
  child: ChildProcess,
  paths: HomePaths,
  deadlineMs: number,
  interrupted: AbortSignal,
  seen: (snapshot: Snapshot | null) => void,
): Promise<Serving> => {
  const client = createControlClient({ paths });
  const untilMs = monotonicMs() + deadlineMs;
  let asItWillBeSinceMs = Infinity;
  while (!interrupted.aborted && child.exitCode === null) {
    const snapshot = await client.status().catch(() => null);
    const ours = snapshot?.master.pid === child.pid;
    if (snapshot !== null && ours && snapshot.state === "held" && snapshot.drift.length === 0) return { snapshot };
    seen(ours ? snapshot : null);
    const nowMs = monotonicMs();
    const isAsItWillBe = snapshot !== null && ours && driftsByServicesOnly(snapshot);
    asItWillBeSinceMs = isAsItWillBe ? Math.min(asItWillBeSinceMs, nowMs) : Infinity;
    if (isAsItWillBe && nowMs - asItWillBeSinceMs >= secondLookMs) return { snapshot };
    if (nowMs > untilMs) {
      if (snapshot !== null && ours && snapshot.state === "degraded") return { snapshot };
      const facts = { what: "what.ready", seconds: Math.round(deadlineMs / 1000) };
      throw new DashdError("E_TIMED_OUT", facts, { hint: `dashd status --home ${shellWord(paths.dir)}` });
    }
    await pause(100);
  }
  return interrupted.aborted ? { detached: true } : new Promise(() => undefined);
};

/** It serves as declared, but for what Redis or PostgreSQL are set to: an operator changes that, not the time. */
const driftsByServicesOnly = ({ state, drift }: Snapshot): boolean =>
  state === "degraded" &&
  drift.length > 0 &&
  drift.every((name) => name.startsWith("redis.") || name === "postgres.serverMax");

const secondLookMs = 2_000;

/** How far it has come, where it takes longer than a moment. Without a terminal a line for each worker would be many. */
const tellBoot = (
  progress: ProgressShown,
  { values, ladder }: DetachedStart,
  { io, lang }: CommandContext,
): ((snapshot: Snapshot | null) => void) => {
  let told = "";
  return (snapshot) => {
    const ready = snapshot?.workers.filter(serves).length ?? null;
    const workers = snapshot === null ? null : (values.workers ?? ladder.get(snapshot.stage)?.workers ?? null);
    const facts = { stage: snapshot?.stage ?? null, ready: io.redraws ? ready : null, workers };
    const code = snapshot === null ? (values.seal === "on" ? "cli.starting-sealed" : "cli.starting") : "cli.booting";
    const text = say(lang, { code, facts });
    if (text === told) return;
    told = text;
    progress.soon(text);
  };
};

const tell = (serving: Serving, input: DetachedStart, paths: HomePaths, { io, lang, json }: CommandContext): number => {
  if ("detached" in serving) {
    io.err(say(lang, { code: "cli.detached", facts: {} }));
    return 130;
  }
  if (json) io.out(JSON.stringify(presentStatus(serving.snapshot, lang)));
  else for (const line of bannerOf(serving.snapshot, input, paths, lang)) io.out(line);
  if (serving.snapshot.state === "held") return 0;
  io.err(say(lang, summaryOf(serving.snapshot)));
  io.err(say(lang, { code: "cli.hint", facts: { hint: `dashd doctor --home ${shellWord(paths.dir)}` } }));
  return exitCodes.degraded;
};

/** With the profile as it was committed: the files may have been edited since. */
const bannerOf = (
  snapshot: Snapshot,
  { values, ladder }: DetachedStart,
  paths: HomePaths,
  lang: Lang,
): readonly string[] => {
  const profile = inForce(readJournal(paths.journal))?.profile ?? stageOf(ladder, snapshot.stage);
  return announcement(snapshot, profile, values.host, values.panel, lang);
};

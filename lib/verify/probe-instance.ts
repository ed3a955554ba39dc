import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createControlClient } from "../control/client.ts";
import { homePaths } from "../home/paths.ts";
import { identityOf, isSame, type ProcessIdentity } from "../host/process-identity.ts";
import { packageRoot } from "../package-root.ts";
import type { Profile } from "../profile/schema.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { makeProbeFolder, sweepProbeFolders } from "./probe-folder.ts";
import { probeProfile } from "./probe-profile.ts";

/** A second instance beside the live one, with the same dashd, a small app and short limits; nobody but verify uses it. */
export interface ProbeInstance {
  readonly url: URL;
  status(): Promise<Snapshot>;
  /** Asks it to stop, as an operator would; the milliseconds it takes are the caller's to measure. */
  stop(): void;
  /** Whether it has ended within that time. */
  ended(withinMs: number): Promise<boolean>;
  /** Ends what is left of it at once, and removes its folder. */
  remove(): Promise<void>;
}

/** How dashd itself was run. */
export interface ProbeProgram {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly script: string;
}

/** Comes back once it serves; a string says why it did not. Whatever comes, nothing of it stays: no process, no file. */
export const startProbe = async (
  live: Profile,
  program: ProbeProgram,
  env: NodeJS.ProcessEnv,
  interrupted: AbortSignal,
): Promise<ProbeInstance | string> => {
  sweepProbeFolders();
  const dir = makeProbeFolder();
  const home = homePaths(join(dir, "home"));
  const workers = new Map<number, ProcessIdentity>();
  let child: ChildProcess | null = null;
  const hasEnded = (): boolean => child === null || child.exitCode !== null || child.signalCode !== null;
  const killAll = (): void => {
    if (!hasEnded()) child?.kill("SIGKILL");
    // They end by themselves when their master is gone; one that blocks takes a moment longer.
    for (const identity of workers.values()) if (isSame(identity)) process.kill(identity.pid, "SIGKILL");
  };
  const wipe = (): void => {
    killAll();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  };
  const control = createControlClient({ paths: home });
  const status = async (): Promise<Snapshot> => {
    const snapshot = await control.status();
    for (const { pid } of snapshot.workers) {
      const identity = workers.has(pid) ? null : identityOf(pid);
      if (identity !== null) workers.set(pid, identity);
    }
    return snapshot;
  };
  const ended = async (withinMs: number): Promise<boolean> => {
    const untilMs = performance.now() + withinMs;
    while (!hasEnded() && performance.now() < untilMs) await pause(everyMs);
    return hasEnded();
  };
  // A command that was told to end has a second.
  interrupted.addEventListener("abort", wipe);
  const remove = async (): Promise<void> => {
    interrupted.removeEventListener("abort", wipe);
    wipe();
    await ended(goneWithinMs);
    wipe();
  };

  try {
    const { app, ladder } = furnish(dir, live);
    const log = openSync(join(dir, "out.log"), "w", 0o600);
    const started = spawn(
      program.execPath,
      [...program.execArgv, program.script, ...argumentsFor(live, app, ladder, home.dir)],
      {
        cwd: dir,
        env: environmentOf(env, dir),
        stdio: ["ignore", log, log],
        windowsHide: true,
      },
    );
    closeSync(log);
    child = started;
    let fault: string | null = null;
    started.on("error", (error) => {
      fault = error.message;
    });
    const untilMs = performance.now() + servesWithinMs;
    while (performance.now() < untilMs && fault === null && !hasEnded() && !interrupted.aborted) {
      const snapshot = await status().catch(() => null);
      if (snapshot?.state === "held" || snapshot?.state === "degraded") {
        const stop = (): void => void started.kill("SIGTERM");
        return { url: new URL(snapshot.url), status, stop, ended, remove };
      }
      await pause(everyMs);
    }
    const said = interrupted.aborted ? "" : lastLineOf(join(dir, "out.log"));
    await remove();
    return fault ?? said;
  } catch (error) {
    await remove();
    throw error;
  }
};

const furnish = (dir: string, live: Profile): { readonly app: string; readonly ladder: string } => {
  const ladder = join(dir, "profiles");
  mkdirSync(ladder);
  writeFileSync(join(ladder, `stage-${live.stage}.json`), JSON.stringify(probeProfile(live)));
  const app = join(dir, "probe-app.mjs");
  copyFileSync(join(packageRoot(), "dist", "lib", "verify", "probe-app.js"), app);
  return { app, ladder };
};

const argumentsFor = (live: Profile, app: string, ladder: string, home: string): readonly string[] => [
  ...["start", app, "--stage", String(live.stage), "--profiles", ladder, "--home", home],
  ...["--host", "127.0.0.1", "--port", "0", "--admin-port", "0"],
];

/** Nothing of the live instance's: no services, no settings, no supervisor of its own to report to. */
const environmentOf = (env: NodeJS.ProcessEnv, dir: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !isOfOthers.test(name))),
  // Not to be found as one of this user's instances.
  XDG_STATE_HOME: dir,
  // It stops when this command is gone, however that ended (see master/npm-parent.ts).
  npm_lifecycle_event: "verify",
});

const isOfOthers =
  /^(DASHD_.*|PORT|DATABASE_URL|REDIS_.*|NODE_ENV|NODE_OPTIONS|NODE_UNIQUE_ID|NODE_CHANNEL.*|NOTIFY_SOCKET|LISTEN_.*|WATCHDOG_.*|npm_.*)$/;

const lastLineOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8").trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  } catch {
    return "";
  }
};

const servesWithinMs = 40_000;
const goneWithinMs = 5_000;
const everyMs = 40;

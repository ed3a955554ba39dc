import { existsSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createControlClient } from "../../lib/control/client.ts";
import { homePaths, type HomePaths } from "../../lib/home/paths.ts";
import type { Snapshot, WorkerRow } from "../../lib/protocol/snapshot.ts";
import { isListening } from "../client/reachable.ts";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { isAlive, isMarked, MARK, markedPids, signalIfAlive } from "./processes.ts";
import { runDashd, spawnDashd, type Finished, type Running } from "./program.ts";
import { scratchDir } from "./scratch.ts";
import { until, within } from "./until.ts";

/** Starts dashd and comes back once it serves: declared = effective, as status says. */
export const startDashd = async (t: Cleanup, options: StartOptions = {}): Promise<Instance> => {
  const launched = launchDashd(t, options);
  return launched.serving();
};

/**
 * Starts dashd in a home of its own on free ports. When the test ends, so does dashd, politely if it still can; then
 * nothing of it may be left: no process, no port, no control socket.
 */
export const launchDashd = (t: Cleanup, options: StartOptions = {}): Launched => {
  const dir = options.dir ?? scratchDir(t);
  const home = options.home ?? join(dir, "home");
  const mark = randomUUID();
  const env = testEnv(dir, { [MARK]: mark, ...options.env });
  const running = spawnDashd(startArguments(home, options), { cwd: dir, env, under: options.under ?? [] });
  const ownHome = options.command === "dev" ? join(home, "dev") : home;
  const paths = homePaths(options.seenThrough?.(running.pid, ownHome) ?? ownHome);
  const control = createControlClient({ paths });
  const ports = new Set<number>();
  let endExpected = options.args?.includes("--detach") ?? false;
  afterwards(t, () => leaveNothing({ running, mark, ports, paths, endExpected }));

  const status = async (): Promise<Snapshot> => {
    const snapshot = await control.status();
    if (isMarked(snapshot.master.pid, mark)) ports.add(portOf(snapshot.url)).add(portOf(snapshot.adminUrl));
    return snapshot;
  };

  const servingStatus = (): Promise<Snapshot | "ended"> =>
    until(
      "dashd to serve",
      async () => {
        if (running.child.exitCode !== null || running.child.signalCode !== null) return "ended";
        const snapshot = await status();
        const serves = snapshot.state === "held" || snapshot.state === "degraded";
        return serves && isMarked(snapshot.master.pid, mark) ? snapshot : null;
      },
      { deadlineMs: 60_000, everyMs: 50 },
    );

  const launched: Launched = {
    pid: running.pid,
    dir,
    home,
    paths,
    ended: () => {
      endExpected = true;
      return running.exited;
    },
    stdout: running.stdout,
    stderr: running.stderr,
    pids: () => markedPids(mark),
    status,
    spawn: (...args) => spawnDashd([...args, "--home", home], { cwd: dir, env }),
    run: (...args) => {
      endExpected ||= args[0] === "stop";
      return runDashd([...args, "--home", home], { cwd: dir, env: testEnv(dir, options.env) });
    },
    kill: (signal) => {
      endExpected ||= signal !== "SIGHUP";
      signalIfAlive(running.pid, signal);
    },
    stop: async () => {
      endExpected = true;
      signalIfAlive(running.pid, "SIGTERM");
      return within("dashd to stop", 60_000, running.exited);
    },
    serving: async () => {
      const first = await servingStatus();
      if (first === "ended") throw new Error(`ended before it served: ${told(await running.exited)}`);
      return { ...launched, url: first.url, port: portOf(first.url), adminPort: portOf(first.adminUrl) };
    },
  };
  return launched;
};

export interface StartOptions {
  /** `dev`: a development run, whose home lies inside `home`, on this machine only unless said. */
  readonly command?: "start" | "dev";
  readonly app?: string;
  readonly stage?: number;
  /** Folder of a user's own ladder. */
  readonly profiles?: string;
  /** More arguments of `start`. */
  readonly args?: readonly string[];
  /** Arguments of the app, behind `--`. */
  readonly appArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly home?: string;
  /** Where dashd runs; a scratch folder of the test unless said. */
  readonly dir?: string;
  /** A command that becomes the master, of `test/faults`. */
  readonly under?: readonly string[];
  /** Where the test finds the home that the master has mounted for itself alone. */
  readonly seenThrough?: (masterPid: number, home: string) => string;
}

export interface Launched {
  readonly pid: number;
  readonly dir: string;
  readonly home: string;
  readonly paths: HomePaths;
  /** Waits for the end of the process that was started. */
  ended(): Promise<Finished>;
  stdout(): string;
  stderr(): string;
  /** Every live process of this instance, its master included. */
  pids(): readonly number[];
  /** From the control socket; fails while there is none. */
  status(): Promise<Snapshot>;
  /** Runs another command on the same home to its end. */
  run(...args: readonly string[]): Promise<Finished>;
  /** Starts another command on the same home. */
  spawn(...args: readonly string[]): Running;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Finished>;
  serving(): Promise<Instance>;
}

export interface Instance extends Launched {
  readonly url: string;
  readonly port: number;
  readonly adminPort: number;
}

/** The workers of the generation in force that take work. */
export const readyWorkers = (snapshot: Snapshot): readonly WorkerRow[] =>
  snapshot.workers.filter(
    (worker) => worker.generation === snapshot.generation && (worker.state === "ready" || worker.state === "late"),
  );

export const portOf = (url: string): number => Number(new URL(url).port);

/** An environment that owes nothing to the machine the test runs on. */
export const testEnv = (dir: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: dir,
  XDG_RUNTIME_DIR: dir,
  LANG: "C.UTF-8",
  ...more,
});

const startArguments = (home: string, options: StartOptions): readonly string[] => [
  options.command ?? "start",
  ...(options.app === undefined ? [] : [options.app]),
  ...(options.stage === undefined ? [] : ["--stage", String(options.stage)]),
  ...(options.command === "dev" ? [] : ["--host", "127.0.0.1"]),
  ...["--port", "0", "--admin-port", "0", "--home", home],
  ...(options.profiles === undefined ? [] : ["--profiles", options.profiles]),
  ...(options.args ?? []),
  ...(options.appArgs === undefined ? [] : ["--", ...options.appArgs]),
];

const told = ({ code, signal, stdout, stderr }: Finished): string => `code ${code}, ${signal}\n${stdout}\n${stderr}`;

const leaveNothing = async (left: Leftovers): Promise<void> => {
  const { running, mark, ports, paths } = left;
  const wasRunning = isAlive(running.pid);
  if (!wasRunning && !left.endExpected)
    throw new Error(`dashd ended though nobody asked it: ${told(await running.exited)}`);
  signalIfAlive(running.pid, "SIGTERM");
  const finished = await within("dashd to stop after the test", 45_000, running.exited).catch(() => null);
  const all = await until("its processes to end", () => (markedPids(mark).length === 0 ? [] : null), {
    deadlineMs: 3_000,
  }).catch(() => markedPids(mark));
  for (const pid of all) signalIfAlive(pid, "SIGKILL");
  if (finished === null || all.length > 0)
    throw new Error(`left behind: processes ${all.join(", ")}\n${running.stdout()}\n${running.stderr()}`);
  for (const port of ports) if (await isListening(port)) throw new Error(`left behind: port ${port}`);
  if (wasRunning && existsSync(paths.controlSocket)) throw new Error(`left behind: ${paths.controlSocket}`);
};

interface Leftovers {
  readonly running: ReturnType<typeof spawnDashd>;
  readonly mark: string;
  readonly ports: ReadonlySet<number>;
  readonly endExpected: boolean;
  readonly paths: HomePaths;
}

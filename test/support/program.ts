import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { join } from "node:path";
import { repositoryDir } from "./apps.ts";
import { within } from "./until.ts";

/** The compiled program, as `npx dashd` runs it. */
export const dashdBin = join(repositoryDir, "dist/bin/dashd.js");

/** Runs a command of dashd to its end. */
export const runDashd = async (
  args: readonly string[],
  options: ProgramOptions & { deadlineMs?: number },
): Promise<Finished> => {
  const { deadlineMs = 60_000, ...rest } = options;
  const running = spawnDashd(args, rest);
  try {
    return await within(`dashd ${args.join(" ")}`, deadlineMs, running.exited);
  } catch (error) {
    running.child.kill("SIGKILL");
    throw new Error(`${String(error)}\n${running.stdout()}\n${running.stderr()}`, { cause: error });
  }
};

/** Starts a command of dashd and lets it run. */
export const spawnDashd = (args: readonly string[], { env, cwd, under = [] }: ProgramOptions): Running => {
  const [program = process.execPath, ...rest] = [...under, process.execPath, dashdBin, ...args];
  const child = spawn(program, rest, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  const exited = new Promise<Finished>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout: out(), stderr: err() }));
  });
  if (child.pid === undefined) throw new Error(`cannot spawn ${process.execPath}`);
  return { pid: child.pid, child, stdout: out, stderr: err, exited };
};

export interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** A command that becomes the program (`prlimit --nofile=64`), of `test/faults`. */
  readonly under?: readonly string[];
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<Finished>;
}

const collect = (stream: Readable): (() => string) => {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
};

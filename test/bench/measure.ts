import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../support/until.ts";
import type { Contestant, Started } from "./contestants.ts";

export type Kind = "keep-alive" | "one-shot";

/** What these processes have used of the CPU so far: on a host that others use, the measure that holds still. */
export const cpuSecondsOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) / clockTicksPerSec;
  }, 0);

const clockTicksPerSec = 100;

export interface Counted {
  readonly answers: number;
  readonly perSec: number;
  readonly failed: number;
}

/** Two processes unless said, so that it is never one client's single thread that is measured. */
export const load = async (
  port: number,
  kind: Kind,
  seconds: number,
  { path = "/", processes = 2, clientsOfEach = 32 }: Partial<LoadOptions> = {},
): Promise<Counted> => {
  const one = (): Promise<Counted> => loadFromOne(port, kind, seconds, path, clientsOfEach);
  const counted = await Promise.all(Array.from({ length: processes }, one));
  return {
    answers: counted.reduce((sum, { answers }) => sum + answers, 0),
    perSec: counted.reduce((sum, { perSec }) => sum + perSec, 0),
    failed: counted.reduce((sum, { failed }) => sum + failed, 0),
  };
};

interface LoadOptions {
  readonly path: string;
  readonly processes: number;
  readonly clientsOfEach: number;
}

const loadFromOne = (port: number, kind: Kind, seconds: number, path: string, clients: number): Promise<Counted> => {
  const script = fileURLToPath(new URL("load-process.ts", import.meta.url));
  const args = ["--import", "tsx", script, String(port), kind, String(clients), String(seconds), path];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<Counted>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`load ended with ${code}`)),
    );
  });
  return within("the load", seconds * 1_000 + 30_000, ended).finally(() => child.kill());
};

export const withStarted = async <T>(
  contestant: Contestant,
  workers: number,
  use: (started: Started) => Promise<T>,
): Promise<T> => {
  const dir = mkdtempSync(join(tmpdir(), "dashd-bench-"));
  try {
    const started = await contestant(dir, workers);
    try {
      return await use(started);
    } finally {
      await started.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

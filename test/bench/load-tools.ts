import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unpackDebian } from "../support/debian-binary.ts";
import { testEnv } from "../support/instance.ts";
import { dashdBin } from "../support/program.ts";
import { within } from "../support/until.ts";

/** What a tool found with so many keep-alive users of one path who ask again as soon as they are answered. */
export interface ToolFigures {
  readonly perSec: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

export interface Workload {
  readonly url: string;
  readonly users: number;
  readonly seconds: number;
  /** Between two requests of a user; only dashd's users can pause. */
  readonly thinkSec: number;
  /** A folder for the files of a tool. */
  readonly dir: string;
}

type LoadTool = (workload: Workload) => Promise<ToolFigures>;

/** Its seconds of ramp come on top, and are left out of the figures. */
export const dashdLoad: LoadTool = async ({ url, users, seconds, thinkSec, dir }) => {
  const scenario = join(dir, "scenario.json");
  writeFileSync(scenario, JSON.stringify({ thinkSec, requests: [{ path: "/" }] }));
  const duration = ["--seconds", String(seconds + rampSec), "--ramp", String(rampSec)];
  const args = [
    dashdBin,
    "load",
    "--url",
    url,
    "--users",
    String(users),
    ...duration,
    "--scenario",
    scenario,
    "--json",
  ];
  const { summary } = JSON.parse(await outputOf(process.execPath, args, { seconds, env: testEnv(dir) }));
  const { requestsPerSec, total, requests, ok, strain } = summary;
  if (strain.limited) process.stderr.write(`dashd load was at its limit: ${JSON.stringify(strain)}\n`);
  return {
    perSec: requestsPerSec,
    ...{ p50Ms: total.p50Ms, p95Ms: total.p95Ms, p99Ms: total.p99Ms },
    failed: requests - ok,
  };
};

/** Debian's, fetched without installing it. */
export const wrk: LoadTool = async ({ url, users, seconds }) => {
  const root = unpackDebian(["wrk", "libluajit-5.1-2", "libluajit2-5.1-2", "libssl3"]);
  const libraries = join(root, "usr/lib");
  const folders = readdirSync(libraries).filter((name) => name.endsWith("-linux-gnu"));
  const env = { LD_LIBRARY_PATH: folders.map((name) => join(libraries, name)).join(delimiter) };
  const args = ["-t1", `-c${users}`, `-d${seconds}s`, "--timeout", "30s", "-s", inBench("wrk-figures.lua"), url];
  return JSON.parse(lastLine(await outputOf(join(root, "usr/bin/wrk"), args, { seconds, env })));
};

export const autocannon: LoadTool = async ({ url, users, seconds }) => {
  const args = [inBench("autocannon-process.cjs"), url, String(users), String(seconds)];
  return JSON.parse(lastLine(await outputOf(process.execPath, args, { seconds, env: process.env })));
};

/** The server that is asked, a process of its own. `stallEveryMs` 0: it never stalls. */
export const startWaitingServer = async (stallEveryMs: number): Promise<{ readonly url: string; stop(): void }> => {
  const child = spawn(process.execPath, [inBench("waiting-server.cjs"), String(stallEveryMs)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the waiting server ended with ${code}`)));
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  return {
    url: `http://127.0.0.1:${await within("the waiting server", 10_000, port)}/`,
    stop: () => child.stdin.end(),
  };
};

interface ToolRun {
  readonly seconds: number;
  readonly env: NodeJS.ProcessEnv;
}

const outputOf = async (command: string, args: readonly string[], { seconds, env }: ToolRun): Promise<string> => {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`${command}: ${code}\n${errors}`))));
  });
  return within(command, (seconds + rampSec) * 1_000 + 60_000, ended).finally(() => child.kill("SIGKILL"));
};

const inBench = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** Of dashd: until its users are all there and its code is warm. */
export const rampSec = 2;

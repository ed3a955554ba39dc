import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createControlClient } from "../../lib/control/client.ts";
import { homePaths } from "../../lib/home/paths.ts";
import { portOf, testEnv } from "../support/instance.ts";
import { dashdBin } from "../support/program.ts";
import { within } from "../support/until.ts";

/** Starts one side of the bench with so many workers in a scratch folder, and tells how long that took. */
export type Contestant = (dir: string, workers: number) => Promise<Started>;

export interface Started {
  readonly port: number;
  /** Of the processes that answer. */
  readonly pids: readonly number[];
  /** From spawn to the last worker ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

export const bareCluster: Contestant = async (dir, workers) => {
  const port = await freePort();
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [inBench("bare-cluster.cjs"), String(workers)], {
    cwd: dir,
    env: { ...testEnv(dir), PORT: String(port), NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await said(child, `listening ${workers}\n`);
  return { port, pids: [child.pid ?? 0], readyMs: performance.now() - startedAtMs, stop: () => stop(child) };
};

export const bareHttp: Contestant = async (dir) => {
  const port = await freePort();
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [inBench("bare-http.cjs")], {
    cwd: dir,
    env: { ...testEnv(dir), PORT: String(port), NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await said(child, "listening 1\n");
  return { port, pids: [child.pid ?? 0], readyMs: performance.now() - startedAtMs, stop: () => stop(child) };
};

/** With the profile of a stage that has so many workers, as an operator would start it: until its banner. */
export const dashdWith =
  (app: string, more: readonly string[]): Contestant =>
  async (dir, workers) => {
    const home = join(dir, "home");
    const startedAtMs = performance.now();
    const args = ["start", inBench(app), "--stage", "2", "--workers", String(workers), "--home", home, ...more];
    const child = spawn(
      process.execPath,
      [dashdBin, ...args, "--host", "127.0.0.1", "--port", "0", "--admin-port", "0"],
      {
        cwd: dir,
        env: testEnv(dir),
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await said(child, "🚀");
    const readyMs = performance.now() - startedAtMs;
    const { url, workers: rows } = await createControlClient({ paths: homePaths(home) }).status();
    return { port: portOf(url), pids: rows.map(({ pid }) => pid), readyMs, stop: () => stop(child) };
  };

export const dashd: Contestant = dashdWith("app.cjs", []);

const inBench = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const said = (child: ChildProcess, word: string): Promise<void> => {
  let text = "";
  const found = new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it said ${word}: ${text}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(word)) resolve();
    });
  });
  return within(`"${word}"`, 60_000, found);
};

const stop = async (child: ChildProcess): Promise<void> => {
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await within("the end of a contestant", 60_000, exited);
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createControlClient } from "../../lib/control/client.ts";
import { homePaths } from "../../lib/home/paths.ts";
import { portOf, testEnv } from "../support/instance.ts";
import { isAlive, signalIfAlive } from "../support/processes.ts";
import { dashdBin } from "../support/program.ts";
import { quietPort } from "../support/quiet-port.ts";
import { until, within } from "../support/until.ts";

/** Serves `shop.cjs` of a scratch folder with four workers, and reloads it as an operator would. */
export type DeploymentContestant = (dir: string) => Promise<Deployer>;

export interface Deployer {
  readonly port: number;
  /** Exit code of the command. */
  reload(): Promise<number | null>;
  /** Nothing of it is left. */
  stop(): Promise<void>;
}

/** Stage 1 as shipped, but for its number of workers. */
export const dashdDeployer: DeploymentContestant = async (dir) => {
  const home = join(dir, "home");
  const args = ["start", join(dir, "shop.cjs"), "--stage", "1", "--workers", String(workers), "--home", home];
  const env = testEnv(dir, { NODE_ENV: "production" });
  const where = ["--host", "127.0.0.1", "--port", "0", "--admin-port", "0"];
  const child = spawn(process.execPath, [dashdBin, ...args, ...where], { cwd: dir, env, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const control = createControlClient({ paths: homePaths(home) });
  const { url } = await until("dashd to serve", async () => {
    const snapshot = await control.status();
    return snapshot.state === "held" ? snapshot : null;
  });
  return {
    port: portOf(url),
    reload: () => run([dashdBin, "reload", "--home", home], { cwd: dir, env }),
    stop: async () => {
      child.kill("SIGTERM");
      await within("the end of dashd", 60_000, ended);
    },
  };
};

/**
 * PM2 in cluster mode as its papers advise for reloads without loss: it waits for "ready", gives a worker time to close,
 * and restarts one that grows beyond half a gigabyte.
 */
export const pm2Deployer: DeploymentContestant = async (dir) => {
  const pm2 = pm2Bin();
  const port = await quietPort();
  const home = join(dir, "pm2");
  const env = testEnv(dir, { PM2_HOME: home, NODE_ENV: "production", PORT: String(port), PM2_DISCRETE_MODE: "true" });
  const file = join(dir, "ecosystem.config.cjs");
  const app = {
    ...{ name: "shop", script: join(dir, "shop.cjs"), exec_mode: "cluster", instances: workers },
    ...{ wait_ready: true, listen_timeout: 8_000, kill_timeout: 10_000, max_memory_restart: "512M" },
    env: { PORT: String(port), NODE_ENV: "production" },
  };
  writeFileSync(file, `module.exports = ${JSON.stringify({ apps: [app] })};\n`);
  const command = (...words: readonly string[]): Promise<number | null> => run([pm2, ...words], { cwd: dir, env });
  const started = await command("start", file);
  if (started !== 0) throw new Error(`pm2 start ended with ${started}`);
  const daemon = Number(readFileSync(join(home, "pm2.pid"), "utf8"));
  return {
    port,
    reload: () => command("reload", "shop"),
    stop: async () => {
      const ofIt = [daemon, ...childrenOf(daemon)];
      await command("kill");
      await until("PM2 to end", () => ofIt.every((pid) => !isAlive(pid)), { deadlineMs: 20_000 }).catch(() => {
        for (const pid of ofIt) signalIfAlive(pid, "SIGKILL");
      });
    },
  };
};

const workers = 4;

/** Fetched once, by its own lock file: it is no part of the project's packages. */
const pm2Bin = (): string => {
  const dir = fileURLToPath(new URL("pm2", import.meta.url));
  const bin = join(dir, "node_modules/pm2/bin/pm2");
  if (existsSync(bin)) return bin;
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: dir,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`npm ci in ${dir} ended with ${status}`);
  return bin;
};

export const pm2Version = (): string => {
  const manifest: { readonly version: string } = JSON.parse(readFileSync(join(pm2Bin(), "../../package.json"), "utf8"));
  return manifest.version;
};

const run = (
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { ...options, stdio: "ignore" });
    child.once("error", reject);
    child.once("exit", resolve);
  });

const childrenOf = (pid: number): readonly number[] => {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout
    .split("\n")
    .map(Number)
    .filter((child) => child > 0);
};

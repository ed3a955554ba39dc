import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "../../home/atomic-file.ts";
import type { Chosen } from "./choose.ts";
import { embeddedFault } from "./fault.ts";
import { unfinishedData, type Places } from "./places.ts";
import { initdbArguments } from "./server-settings.ts";

/** What an initdb left that was ended in the middle; the caller holds the home's lock. */
export const clearUnfinished = (places: Places): void => {
  for (const name of readdirSync(places.dir).filter((one) => one.startsWith(unfinishedData)))
    rmSync(join(places.dir, name), { recursive: true, force: true, maxRetries: 3 });
};

/** initdb beside, then a rename: a data folder is there whole or not at all. Throws E_POSTGRES_EMBEDDED. */
export const makeData = async (places: Places, chosen: Chosen, deadlineMs: number): Promise<void> => {
  const beside = join(places.dir, `${unfinishedData}${randomBytes(4).toString("hex")}`);
  const { uid, gid } = chosen.road.owner;
  mkdirSync(beside, { mode: 0o700 });
  if (process.getuid?.() === 0) chownSync(beside, uid, gid);
  try {
    await initdb(beside, chosen, deadlineMs);
    renameSync(beside, places.data);
    syncFolder(places.dir);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
};

const initdb = (dir: string, { binaries, version, road, env }: Chosen, deadlineMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const [command = "", ...args] = [...road.prefix, binaries.initdb, ...initdbArguments(dir, version)];
    // Ctrl-C goes to the master alone, which lets it end or waits for it.
    const child = spawn(command, args, {
      ...{ ...road.ids, env, cwd: "/", detached: true },
      ...{ stdio: ["ignore", "ignore", "pipe"] },
    });
    let told = "";
    let late = false;
    child.stderr.on("data", (chunk: Buffer) => (told = (told + String(chunk)).slice(-4096)));
    const timer = setTimeout(() => {
      late = true;
      // The group: initdb's own postgres too.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, deadlineMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(embeddedFault("initdb", { detail: error.message }, error));
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      if (code === 0) return resolve();
      if (late) return reject(embeddedFault("deadline", { seconds: Math.round(deadlineMs / 1000) }));
      reject(embeddedFault("initdb", { detail: told.trim().split("\n").at(-1) ?? "" }));
    });
  });

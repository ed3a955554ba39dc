import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identityOf, type ProcessIdentity } from "../../lib/host/process-identity.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { readyWorkers, startDashd, type Instance } from "../support/instance.ts";
import { allGone, isAlive, signalIfAlive } from "../support/processes.ts";
import { oneOf } from "../support/random.ts";
import { until } from "../support/until.ts";
import { startInstance, workersOf } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t16: Trial = {
  id: "T16",
  title:
    "records of a dead master, with dead pids and with pids that others have now: starts, ends its own, signals no foreigner",
  run: async (context) => {
    const { sheet, random, quick } = context;
    let dashd = await startInstance(context);
    for (const [name, change] of Object.entries(changes).filter((_, index) => !quick || index % 2 === 0)) {
      const stranger = await startStranger(context);
      // A stopped process outlives its master: only the next start can end it.
      const stopped = name === "as it was" ? oneOf(random, readyWorkers(await dashd.status())).pid : null;
      if (stopped !== null) signalIfAlive(stopped, "SIGSTOP");
      const pids = dashd.pids();
      dashd.kill("SIGKILL");
      await allGone(
        pids.filter((pid) => pid !== stopped),
        10_000,
      );
      const records = recordsOf(dashd);
      assert.ok(records.length >= 3, "lock, run and registry");
      for (const path of records) writeFileSync(path, change(readFileSync(path, "utf8"), pids, stranger.identity));

      const commands = [await dashd.run("status"), await dashd.run("stop")];
      assert.deepEqual(
        commands.map(({ code }) => code),
        [8, 8],
        `${name}: nothing runs here`,
      );
      for (const { stderr } of commands) assert.ok(!stderr.includes(String(stranger.identity.pid)), stderr);

      dashd = await again(context, dashd);
      const { state, stage, warnings } = await dashd.status();
      const odd = warnings.filter(({ code }) => code !== "preflight.finding").map(({ code }) => code);
      assert.deepEqual([state, stage, odd], ["held", 2, name === "garbled" ? ["log.run-record-damaged"] : []], name);
      if (stopped !== null) {
        assert.equal(isAlive(stopped), false, "what was its own is ended");
        assert.match(dashd.stderr() + dashd.stdout(), new RegExp(`left behind: pid ${stopped}\\b`));
      }
      assert.equal(dashd.pids().length, workersOf(context) + 1);
      assert.deepEqual(
        [stranger.signals(), isAlive(stranger.identity.pid)],
        ["", true],
        `${name}: the stranger felt nothing`,
      );
      sheet.count("ok");
    }
  },
};

/** What happened to the records since they were written; the pids of all processes of the dead instance are in them. */
const changes: Readonly<Record<string, (text: string, pids: readonly number[], stranger: ProcessIdentity) => string>> =
  {
    "as it was": (text) => text,
    "recycled pid": (text, pids, { pid }) => withPid(text, pids, pid),
    "recycled pid, as old as its first owner but for one tick": (text, pids, { pid, startedAt }) =>
      withPid(text, pids, pid).replaceAll(/"startedAt":"[^"]*"/g, `"startedAt":${JSON.stringify(`${startedAt}0`)}`),
    "recycled pid after a reboot": (text, pids, { pid, startedAt }) =>
      withPid(text, pids, pid).replaceAll(
        /"startedAt":"[^"]*"/g,
        `"startedAt":"00000000-0000-0000-0000-000000000000/${startedAt.split("/")[1] ?? ""}"`,
      ),
    "this very process's first pid": (text, pids) => withPid(text, pids, 1),
    garbled: (text) => text.replaceAll('"pid"', '"pit'),
  };

const withPid = (text: string, pids: readonly number[], pid: number): string =>
  pids.reduce((now, old) => now.replaceAll(new RegExp(`"pid":${old}\\b`, "g"), `"pid":${pid}`), text);

const recordsOf = ({ paths, dir }: Instance): readonly string[] => {
  const registry = join(dir, ".local/state/dashd/instances");
  return [paths.lockRecord, paths.runRecord, ...readdirSync(registry).map((name) => join(registry, name))];
};

const again = (context: TrialContext, { dir, home, port }: Instance): Promise<Instance> =>
  startDashd(context, {
    ...{ dir, home, args: ["--port", String(port)] },
    ...{ app: fixtureApp("program.cjs"), profiles: join(dir, "ladder") },
  });

/** Tells every signal that it can be told of. */
const startStranger = async (context: TrialContext): Promise<Stranger> => {
  const listening = `for (const name of Object.keys(require("os").constants.signals)) {
    try { process.on(name, () => console.log(name)); } catch {}
  }
  setInterval(() => {}, 1000);
  console.log("ready");`;
  const child = spawn(process.execPath, ["-e", listening], { stdio: ["ignore", "pipe", "ignore"] });
  afterwards(context, () => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  let said = "";
  child.stdout.on("data", (data) => (said += String(data)));
  const identity = await until("its identity", () => identityOf(child.pid ?? 0));
  return { identity, signals: () => said };
};

interface Stranger {
  readonly identity: ProcessIdentity;
  signals(): string;
}

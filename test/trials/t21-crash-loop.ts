import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { failedOf } from "../client/crowd.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { writeApp } from "../support/apps.ts";
import { bareBoots } from "../support/bare-boots.ts";
import { readyWorkers, type Instance } from "../support/instance.ts";
import { isAlive, signalIfAlive } from "../support/processes.ts";
import { between } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { startInstance, usersAtWork, workersOf } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t21: Trial = {
  id: "T21",
  title: "a crash loop costs few forks, says what it is, and ends by itself once the app is mended",
  run: async (context) => {
    await Promise.all([crashLoop(context, "at boot"), crashLoop(context, 300), crashLoop(context, 2_000)]);
  },
};

export const t22: Trial = {
  id: "T22",
  title: "while one slot crashes again and again, the others serve as if nothing were",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const dir = scratchDir(context);
    const dashd = await startInstance(context, {}, { dir, app: writeCrasher(dir, 300) });
    const crowd = await usersAtWork(context, dashd.port);
    const others = readyWorkers(await dashd.status()).filter(({ slot }) => slot !== badSlot);
    const first = readyWorkers(await dashd.status()).find(({ slot }) => slot === badSlot)?.pid ?? 0;
    await pause(between(random, 0, 500));
    breakSlots(dir, [badSlot]);
    signalIfAlive(first, "SIGKILL");
    await until("some crashes of that slot", () => forksOf(dir, badSlot).length >= (quick ? 4 : 6), {
      deadlineMs: 60_000,
    });
    const requests = await crowd.leave();
    sheet.add(requests);
    // Between two crashes it is there, and all is well for a moment.
    const { workers } = await until("status to say so", async () => {
      const now = await dashd.status();
      return now.state === "degraded" ? now : null;
    });
    for (const { pid, slot } of others) {
      const row = workers.find((worker) => worker.slot === slot);
      assert.deepEqual([row?.pid, row?.restarts], [pid, 0], `slot ${slot} goes on undisturbed`);
    }
    const bad = [first, ...forksOf(dir, badSlot).map(({ pid }) => pid)];
    // Idle connections move between workers: who answered last on one need not be who had it when it broke.
    for (const { failure, detail } of failedOf(requests)) {
      assert.ok(failure === "reset" || failure === "empty" || failure === "cut", `${failure}: ${detail}`);
    }
    const served = requests.filter(({ failure }) => failure === null).length;
    sheet.note(`${bad.length} lives of slot ${badSlot}, ${workersOf(context) - 1} others served ${served} requests`);
    assert.ok(served / requests.length > 0.9, "nearly all are served");
  },
};

const badSlot = 3;

const crashLoop = async (context: TrialContext, when: CrashTime): Promise<void> => {
  const { sheet, random, quick } = context;
  const dir = scratchDir(context);
  const dashd = await startInstance(context, { workers: 2 }, { dir, app: writeCrasher(dir, when) });
  await pause(between(random, 0, 500));
  breakSlots(dir, [1, 2]);
  const fromMs = Date.now();
  for (const { pid } of readyWorkers(await dashd.status())) signalIfAlive(pid, "SIGKILL");
  await until("status to say so", () => saysCrashLoop(dashd), { deadlineMs: 20_000 });

  const told = when === "at boot" ? when : `after ${when} ms`;
  await pause(Math.max(0, fromMs + watchMs(quick) - Date.now()));
  for (const slot of [1, 2]) {
    const ages = forksOf(dir, slot).map(({ atMs }) => atMs - fromMs);
    const early = ages.filter((ms) => ms >= 0 && ms < 10_000).length;
    sheet.atMost(`crash ${told}, slot ${slot}: forks in 10 s`, early, 10, { unit: "forks" });
    // Half a minute apart by now: the back-off has reached its end (0.5 + 1 + … + 16 s).
    const late = ages.filter((ms) => ms >= settledAfterMs).length;
    if (!quick) sheet.atMost(`crash ${told}, slot ${slot}: forks in the half minute after`, late, 1, { unit: "forks" });
    assert.ok(ages.length > 1, "it is tried again");
  }
  rmSync(join(dir, "broken"));
  const state = await until("recovery by itself", async () => (await dashd.status()).state === "held", {
    deadlineMs: 60_000 + 10 * (await bareBoots(1)),
    everyMs: 100,
  });
  assert.ok(state && isAlive(dashd.pid));
  assert.equal((await fetchPage(dashd.port, "/")).status, 200);
  sheet.count("ok");
};

type CrashTime = "at boot" | number;

const settledAfterMs = 40_000;
const watchMs = (quick: boolean): number => (quick ? 5_000 : settledAfterMs + 30_000);

const saysCrashLoop = async (dashd: Instance): Promise<boolean> => {
  const { state, workers } = await dashd.status();
  return state === "degraded" && workers.some((worker) => worker.state === "backing-off" && worker.restarts > 1);
};

/** A program that crashes in the slots named in the file `broken`, and writes down each of its lives. */
const writeCrasher = (dir: string, when: CrashTime): string =>
  writeApp(
    dir,
    "crasher.cjs",
    `
const { appendFileSync, existsSync, readFileSync } = require("node:fs");
const express = require("express");
const { addRoutes } = require(${JSON.stringify(join(import.meta.dirname, "../fixtures/apps/routes.cjs"))});
const slot = Number(process.env.NODE_APP_INSTANCE) + 1;
appendFileSync(__dirname + "/lives", slot + " " + process.pid + " " + Date.now() + "\\n");
const broken = __dirname + "/broken";
const isBroken = existsSync(broken) && JSON.parse(readFileSync(broken, "utf8")).includes(slot);
const crash = () => { throw new Error("broken in slot " + slot); };
if (isBroken && ${JSON.stringify(when)} === "at boot") crash();
const app = express();
addRoutes(app);
app.listen(3000, () => isBroken && setTimeout(crash, ${Number(when) || 0}));
`,
  );

const breakSlots = (dir: string, slots: readonly number[]): void =>
  writeFileSync(join(dir, "broken"), JSON.stringify(slots));

/** Each life of a slot, its first one included. */
const forksOf = (dir: string, slot: number): readonly { readonly pid: number; readonly atMs: number }[] =>
  readFileSync(join(dir, "lives"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number))
    .filter(([of]) => of === slot)
    .map(([, pid = 0, atMs = 0]) => ({ pid, atMs }));

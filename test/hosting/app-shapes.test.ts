import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fetchPage } from "../client/fetch-page.ts";
import { whoAnswered } from "../client/name-card.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { isListening } from "../client/reachable.ts";

const timeout = 60_000;

const shapes: readonly (readonly [string, string])[] = [
  ["a CommonJS program that calls listen() itself", "program.cjs"],
  ["an ES module program that calls listen() itself", "program.mjs"],
  ["a CommonJS module that exports an Express app", "exports-app.cjs"],
  ["an ES module that exports an Express app", "exports-app.mjs"],
  ["an ES module that exports an async factory", "exports-factory.mjs"],
  ["an ES module that exports a handler", "exports-handler.mjs"],
  ["an ES module that exports a server", "exports-server.mjs"],
];

for (const [shape, file] of shapes) {
  test(`${shape} is served by every worker`, { timeout }, async (t) => {
    const dir = scratchDir(t);
    const dashd = await startDashd(t, {
      dir,
      profiles: smallLadder(join(dir, "ladder")),
      app: fixtureApp(file),
      stage: 2,
    });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => fetchPage(dashd.port, `/slow?n=${n}`)));
    const cards = answers.map(whoAnswered);
    assert.ok(cards.every((card, n) => card?.n === String(n)));
    const { workers } = await dashd.status();
    const slots = new Map(workers.map(({ pid, slot }) => [pid, slot]));
    assert.ok(
      cards.every((card) => card !== null && slots.get(card.pid) === card.slot),
      "NODE_APP_INSTANCE is the slot less one",
    );
    assert.deepEqual(new Set(cards.map((card) => card?.slot)), new Set([1, 2, 3]));
    assert.equal(await isListening(3000), false, "the port the program names is not taken");
  });
}

test("a folder with a package.json is served by its main", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const folder = join(dir, "shop");
  writeApp(folder, "package.json", JSON.stringify({ name: "shop", main: "lib/server.cjs" }));
  cpSync(fixtureApp("exports-handler.mjs"), join(folder, "handler.mjs"));
  writeApp(join(folder, "lib"), "server.cjs", `require("express")().get("/", (q, s) => s.send("shop")).listen(80);`);
  const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), app: folder, stage: 1 });
  assert.equal((await fetchPage(dashd.port, "/")).body, "shop");
});

test("a factory learns its stage and slot, and exactly one worker is leader", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = fixtureApp("exports-factory.mjs");
  const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), app, stage: 2 });
  const seen = new Map<number, { readonly stage: number; readonly leader: boolean }>();
  await until("an answer of each slot", async () => {
    const pages = await Promise.all(Array.from({ length: 6 }, () => fetchPage(dashd.port, "/context")));
    for (const { slot, ...rest } of pages.map(({ body }) => JSON.parse(body))) seen.set(slot, rest);
    return seen.size === 3;
  });
  const contexts = [...seen.values()];
  assert.deepEqual(new Set(contexts.map(({ stage }) => stage)), new Set([2]));
  assert.equal(contexts.filter(({ leader }) => leader).length, 1);
});

test(
  "an app gets its arguments, production mode, and nothing of dashd's cluster in its environment",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const dashd = await startDashd(t, {
      dir,
      profiles: smallLadder(join(dir, "ladder")),
      app: fixtureApp("program.cjs"),
      stage: 1,
      appArgs: ["--color", "red"],
      env: { NODE_CLUSTER_SCHED_POLICY: "none", SHOP: "north" },
    });
    const { env, argv } = JSON.parse((await fetchPage(dashd.port, "/env")).body);
    assert.deepEqual(argv.slice(1), [fixtureApp("program.cjs"), "--color", "red"]);
    assert.equal(env.NODE_ENV, "production");
    assert.equal(env.SHOP, "north");
    assert.equal(env.NODE_CLUSTER_SCHED_POLICY, undefined);
  },
);

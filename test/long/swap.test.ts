import test from "node:test";
import { fixtureApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { assertNothingLost } from "../support/swaps.ts";

const timeout = 300_000;

for (const [what, app] of [
  ["a module", "exports-app.mjs"],
  ["a plain Express program", "program.cjs"],
] as const) {
  test(
    `100 keep-alive and 50 one-shot users lose no request through stage 1, stage 2, rollback and reload of ${what}`,
    { timeout },
    async (t) => {
      const dashd = await startDashd(t, { app: fixtureApp(app), stage: 2 });
      const changes = [["stage", "1"], ["stage", "2"], ["rollback"], ["reload"]];
      await assertNothingLost(t, dashd, { keepAlive: 100, oneShot: 50, changes, atLeast: 5_000 });
    },
  );

  test(`100 keep-alive users lose no request through three reloads in a row of ${what}`, { timeout }, async (t) => {
    const dashd = await startDashd(t, { app: fixtureApp(app), stage: 1 });
    await assertNothingLost(t, dashd, {
      keepAlive: 100,
      oneShot: 0,
      changes: [["reload"], ["reload"], ["reload"]],
      atLeast: 3_000,
    });
  });
}

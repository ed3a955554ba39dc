import test from "node:test";
import { fixtureApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { killAllUnderNewConnections, killAtRandom } from "../support/kills.ts";

const timeout = 300_000;

for (const [what, app] of [
  ["a module", "exports-app.mjs"],
  ["a plain Express program", "program.cjs"],
] as const) {
  test(
    `kill -9 of a random worker every 500 ms for 10 s at stage 2 with ${what}: only requests on killed workers fail`,
    { timeout },
    async (t) => {
      const dashd = await startDashd(t, { app: fixtureApp(app), stage: 2 });
      await killAtRandom(t, dashd, { kills: 20, everyMs: 500, keepAlive: 100 });
    },
  );

  test(
    `kill -9 of all 16 workers at once under 200 new connections a second with ${what}: 0 refused, 0 hung`,
    { timeout },
    async (t) => {
      const dashd = await startDashd(t, { app: fixtureApp(app), stage: 2 });
      await killAllUnderNewConnections(t, dashd, { perSec: 200, kills: 3 });
    },
  );
}

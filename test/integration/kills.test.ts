import { join } from "node:path";
import test from "node:test";
import { fixtureApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { killAllUnderNewConnections, killAtRandom } from "../support/kills.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";

const timeout = 90_000;

test(
  "kill -9 of a random worker, four times: only requests on killed workers fail, and the count is back",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"));
    const dashd = await startDashd(t, { dir, profiles, app: fixtureApp("program.cjs"), stage: 2 });
    await killAtRandom(t, dashd, { kills: 4, everyMs: 500, keepAlive: 20 });
  },
);

test("kill -9 of all workers at once under 100 new connections a second: 0 refused, 0 hung", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"));
  const dashd = await startDashd(t, { dir, profiles, app: fixtureApp("program.cjs"), stage: 2 });
  await killAllUnderNewConnections(t, dashd, { perSec: 100, kills: 1 });
});

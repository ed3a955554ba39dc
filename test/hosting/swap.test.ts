import { join } from "node:path";
import test from "node:test";
import { fixtureApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { assertNothingLost } from "../support/swaps.ts";

const timeout = 120_000;

test(
  "20 keep-alive and 10 one-shot users lose no request through stage, rollback and reload of a plain Express program",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"));
    const dashd = await startDashd(t, { dir, app: fixtureApp("program.cjs"), profiles, stage: 2 });
    const changes = [["stage", "1"], ["stage", "2"], ["rollback"], ["reload"]];
    await assertNothingLost(t, dashd, { keepAlive: 20, oneShot: 10, changes, atLeast: 500 });
  },
);

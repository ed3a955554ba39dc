import { failedOf } from "../client/crowd.ts";
import { beside } from "../support/bare-boots.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { readyWorkers } from "../support/instance.ts";
import { assertOnlyKilledLost, fullCountAfter, killUnder } from "../support/kills.ts";
import { figuresOf } from "../support/master-figures.ts";
import { until } from "../support/until.ts";
import { startInstance, usersAtWork, workersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t05: Trial = {
  id: "T05",
  title: "kill -9 of a worker every 200 ms: only what was in progress on it is lost, and the count is back at once",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const lag = watchHostLag(context);
    // Five boots a second are more than a small host can do, so that one worker may have all users: what is on trial here
    // is neither the queue nor the wait.
    const dashd = await startInstance(context, { queue: { max: 100 * workersOf(context) }, waitTimeoutSec: 30 });
    const before = figuresOf(dashd.pid);
    const crowd = await usersAtWork(context, dashd.port);
    const kills = await killUnder(dashd, { kills: quick ? 15 : 150, everyMs: 200, random });
    const lastAtMs = kills.at(-1)?.killedAtMs ?? 0;
    const missing = workersOf(context) - readyWorkers(await dashd.status()).length;
    // Under the same users, beside as many plain programs as dashd has to bring back.
    const { tookMs, bootMs } = await beside(Math.max(1, missing), fullCountAfter(dashd, kills));
    sheet.fullCount(tookMs);
    const requests = await crowd.leave();
    sheet.add(requests);

    assertOnlyKilledLost(requests, kills);
    sheet.note(`${failedOf(requests).length} lost in ${kills.length} kills, each in progress on a killed worker`);
    const allowing = { [`${missing} bare boots`]: bootMs, "host lag": lag.worstMs(lastAtMs) };
    sheet.atMost("full count after the last kill", tookMs, 1_000, { unit: "ms", allowing });
    const after = await until("the master's descriptors as before", () => {
      const now = figuresOf(dashd.pid);
      return now !== null && before !== null && now.descriptors <= before.descriptors ? now : null;
    });
    sheet.atMost("the master's memory grew by", (after.rssBytes - (before?.rssBytes ?? 0)) / 1e6, 20, { unit: "MB" });
  },
};

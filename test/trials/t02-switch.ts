import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { judge } from "../client/crowd.ts";
import { requestOnce } from "../client/connection.ts";
import { between, oneOf } from "../support/random.ts";
import { until } from "../support/until.ts";
import { command, pidsOf } from "../support/versioned.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t02: Trial = {
  id: "T02",
  title: "slow requests from before a switch finish on the old generation, those from after it on the new one",
  run: async (context) => {
    const { sheet, random } = context;
    const dashd = await startInstance(context);
    const release = join(dashd.dir, "release");
    const ask = async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, between(random, 0, 50)));
      const path = `/hold?until=${release}&n=${n}`;
      return judge(path, await requestOnce(dashd.port, path, { timeoutMs: 60_000 }));
    };
    const five = (from: number) => Promise.all(Array.from({ length: 5 }, (_, index) => ask(from + index)));
    const inProgress = (count: number) =>
      until(`${count} in progress`, async () => (await dashd.status()).load.inFlight === count);

    const before = five(0);
    await inProgress(5);
    const oldPids = await pidsOf(dashd);
    await command(dashd, ...oneOf(random, [["reload"], ["stage", "1"]]));
    const newPids = await pidsOf(dashd);
    const after = five(5);
    await inProgress(10);
    writeFileSync(release, "");

    for (const [requests, pids] of [
      [await before, oldPids],
      [await after, newPids],
    ] as const) {
      sheet.add(requests);
      for (const { failure, by, detail } of requests) {
        assert.equal(failure, null, detail);
        assert.ok(by !== null && pids.includes(by.pid), `answered by ${by?.pid}, not by one of ${pids.join(", ")}`);
      }
    }
    assert.ok(!newPids.some((pid) => oldPids.includes(pid)));
  },
};

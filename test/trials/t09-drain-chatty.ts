import assert from "node:assert/strict";
import { failedOf, gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { allGone } from "../support/processes.ts";
import { between } from "../support/random.ts";
import { moreRequests } from "../support/swaps.ts";
import { pidsOf } from "../support/versioned.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t09: Trial = {
  id: "T09",
  title: "clients that never pause on their kept connections do not hold up a drain, and lose nothing",
  run: async (context) => {
    const { sheet, random } = context;
    const lag = watchHostLag(context);
    const dashd = await startInstance(context);
    const path = (): string => `/slow?ms=${Math.round(between(random, 0, 5))}`;
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 4, oneShot: 0, thinkMs: 0, path, random });
    afterwards(context, async () => void (await crowd.leave()));
    await moreRequests(crowd, Math.round(between(random, 200, 600)));
    const pids = await pidsOf(dashd);
    const atMs = performance.now();
    const stopped = dashd.stop();
    await allGone([...pids, dashd.pid], 30_000);
    const tookMs = performance.now() - atMs;
    assert.equal((await stopped).code, 0);
    const requests = await crowd.leave();
    const served = requests.filter(({ sentAtMs, failure }) => sentAtMs < atMs + tookMs && failure !== "refused");
    sheet.add(served);
    for (const { failure, heldBy, detail } of failedOf(served)) {
      assert.ok(heldBy === null && failure === "reset", `on a kept connection: ${failure}, ${detail}`);
    }
    sheet.atMost("all gone after", tookMs, 2_000, { unit: "ms", allowing: { "host lag": lag.worstMs(atMs) } });
  },
};

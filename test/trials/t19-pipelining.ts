import assert from "node:assert/strict";
import { afterwards } from "../support/afterwards.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { between } from "../support/random.ts";
import { openRaw } from "../support/raw-http.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { p99Of, startInstance, usersAtWork } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t19: Trial = {
  id: "T19",
  title: "3,000 requests pipelined on one socket take no more than a worker's slots, and the others hardly notice",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const lag = watchHostLag(context);
    const pipelined = quick ? 500 : 3_000;
    const dashd = await startInstance(context, { queue: { max: 30_000 } });
    const crowd = await usersAtWork(context, dashd.port, 20);
    const before = await p99Of(crowd, () => moreRequests(crowd, 400));

    const greedy = openRaw(dashd.port);
    afterwards(context, () => void greedy.socket.destroy());
    await new Promise((resolve) => setTimeout(resolve, between(random, 0, 200)));
    const text = Array.from({ length: pipelined }, (_, n) => `GET /gauge?ms=5&n=${n} HTTP/1.1\r\nHost: x\r\n\r\n`);
    let answered = 0;
    const fromMs = performance.now();
    const during = await p99Of(crowd, async () => {
      greedy.send(text.join(""));
      await until("all of them to be answered", () => (answered = answersIn(greedy.text())) >= pipelined, {
        deadlineMs: 120_000,
      });
    });
    const running = [...greedy.text().matchAll(/"running":(\d+)/g)].map(([, count]) => Number(count));
    sheet.count("ok", answered);
    sheet.add(await crowd.leave());
    assert.equal(running.length, pipelined, "each was answered by the app");
    sheet.atMost("in flight in its worker at once", Math.max(...running), slots, { unit: "requests" });
    sheet.atMost("p99 of the others", during, 3 * before, {
      unit: "ms",
      allowing: { "host lag": lag.worstMs(fromMs) },
    });
  },
};

/** `requestsPerWorker` of stage 2. */
const slots = 4;

const answersIn = (text: string): number => text.split("HTTP/1.1 200").length - 1;

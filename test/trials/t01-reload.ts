import { assertNoneFailed, type SentRequest } from "../client/crowd.ts";
import { bareBoots } from "../support/bare-boots.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { moreRequests, swapUnder, type Span } from "../support/swaps.ts";
import { p99, p99Of, startInstance, usersAtWork, usersOf, workersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t01: Trial = {
  id: "T01",
  title: "three reloads under load lose no request, and users hardly notice them",
  run: async (context) => {
    const { sheet, quick } = context;
    const lag = watchHostLag(context);
    const dashd = await startInstance(context);
    const crowd = await usersAtWork(context, dashd.port);
    const idleMs = await p99Of(crowd, () => moreRequests(crowd, 20 * usersOf(context)));
    // A reload boots as many workers as there are. What that alone does to users on these cores is the host's.
    const hostMs = await p99Of(crowd, async () => {
      for (let times = 0; times < reloads; times++) await bareBoots(workersOf(context));
    });
    const needed = quick ? 500 : 10_000;
    const firstAtMs = performance.now();
    const spans = await swapUnder(crowd, dashd, {
      changes: Array.from({ length: reloads }, () => ["reload"]),
      requestsAfterEach: Math.ceil(needed / reloads),
    });
    const requests = (await crowd.leave()).filter(({ sentAtMs }) => sentAtMs >= firstAtMs);
    sheet.add(requests);
    assertNoneFailed(requests, needed);
    const during = p99(requests.filter((request) => spans.some((span) => isIn(request, span))));
    sheet.note(`p99 ${Math.round(idleMs)} ms idle, ${Math.round(hostMs)} ms while as many bare programs boot`);
    sheet.atMost("p99 while reloading", during, 2 * Math.max(idleMs, hostMs), {
      unit: "ms",
      allowing: { "host lag": lag.worstMs(firstAtMs) },
    });
  },
};

const reloads = 3;

const isIn = ({ sentAtMs }: SentRequest, { fromMs, toMs }: Span): boolean => sentAtMs >= fromMs && sentAtMs < toMs;

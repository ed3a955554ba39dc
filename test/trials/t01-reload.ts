import { assertNoneFailed, type Crowd, type SentRequest } from "../client/crowd.ts";
import { bareBoots } from "../support/bare-boots.ts";
import { quantile } from "../support/median.ts";
import { moreRequests, swapUnder, type Span } from "../support/swaps.ts";
import { startInstance, usersAtWork, usersOf, workersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t01: Trial = {
  id: "T01",
  title: "three reloads under load lose no request, and users hardly notice them",
  run: async (context) => {
    const { sheet, quick } = context;
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
    sheet.atMost("p99 while reloading", during, 2 * Math.max(idleMs, hostMs), { unit: "ms" });
  },
};

const reloads = 3;

const p99Of = async (crowd: Crowd, meanwhile: () => Promise<unknown>): Promise<number> => {
  const fromMs = performance.now();
  await meanwhile();
  const toMs = performance.now();
  return p99(crowd.requests.filter((request) => isIn(request, { fromMs, toMs })));
};

const isIn = ({ sentAtMs }: SentRequest, { fromMs, toMs }: Span): boolean => sentAtMs >= fromMs && sentAtMs < toMs;

const p99 = (requests: readonly SentRequest[]): number =>
  quantile(
    requests.map(({ sentAtMs, endedAtMs }) => endedAtMs - sentAtMs),
    0.99,
  );

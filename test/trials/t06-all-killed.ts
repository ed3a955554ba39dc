import { countByKind } from "../client/crowd.ts";
import { killAllUnderNewConnections } from "../support/kills.ts";
import { between } from "../support/random.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t06: Trial = {
  id: "T06",
  title: "kill -9 of all workers at once under new connections: none refused, none hung, all held ones served",
  run: async (context) => {
    const { sheet, random, quick } = context;
    // A busy host may need seconds for eight boots; so many clients come in that time, and all are to be held.
    const dashd = await startInstance(context, { backlog: 3_000 });
    const { requests, outages } = await killAllUnderNewConnections(context, dashd, {
      perSec: quick ? 100 : 200,
      kills: quick ? 1 : 3,
      pauseMs: () => between(random, 0, 500),
    });
    sheet.add(requests);
    for (const { tookMs } of outages) sheet.fullCount(tookMs);
    const held = outages.map(({ mostHeld }) => mostHeld);
    sheet.note(`held at most ${held.join(", ")}; ${JSON.stringify(countByKind(requests))}`);
  },
};

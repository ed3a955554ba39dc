import assert from "node:assert/strict";
import { connected, type ClientConnection } from "../client/connection.ts";
import { judge } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { cpuMsOf } from "../support/processes.ts";
import { oneOf } from "../support/random.ts";
import { until } from "../support/until.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t18: Trial = {
  id: "T18",
  title: "at a limit of 100, 150 clients: exactly 100 open, the rest held at no cost, then served or told 503",
  run: async (context) => {
    const { sheet, random } = context;
    const lag = watchHostLag(context);
    const waitSec = 12;
    const dashd = await startInstance(context, { connections: limit, waitTimeoutSec: waitSec, backlog: clients });
    const opened: ClientConnection[] = [];
    afterwards(context, () => opened.forEach((client) => client.close()));
    for (let n = 0; n < limit; n++) opened.push(await connected(dashd.port));
    await until("all open", async () => (await dashd.status()).load.connections === limit);
    const firstHeldAtMs = performance.now();
    for (let n = limit; n < clients; n++) opened.push(await connected(dashd.port));
    await until("the rest held", async () => (await dashd.status()).load.held === clients - limit);
    const { load, workers } = await dashd.status();
    assert.equal(load.connections, limit, "exactly as many open as the limit");
    assert.equal(
      workers.reduce((sum, worker) => sum + worker.connections, 0),
      limit,
      "and they are with the workers",
    );

    // Nobody moves: what the whole fleet burns now is what holding costs.
    const pids = dashd.pids();
    const cpuMs = (): number => pids.reduce((sum, pid) => sum + (cpuMsOf(pid) ?? 0), 0);
    const [beforeMs, fromMs] = [cpuMs(), performance.now()];
    // The system counts in steps of 10 ms: the longer the look, the finer.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const shares = (cpuMs() - beforeMs) / (performance.now() - fromMs);
    sheet.atMost("CPU of the whole fleet while holding", 100 * shares, 2, { unit: "%" });

    // Freed places go to those held, in order of arrival. Each answer asks to close while others are held, and frees one too.
    const held = opened.slice(limit);
    const asked = held.map((client, n) => client.request(`/?n=${n}`, { timeoutMs: 60_000 }));
    const freed = 5;
    for (let n = 0; n < freed; n++) {
      const leaving = opened.slice(0, limit).filter((client) => client.usable());
      const atMs = performance.now();
      oneOf(random, leaving).close();
      const outcome = await asked[n];
      assert.ok(outcome !== undefined);
      sheet.add([judge(`/?n=${n}`, outcome)]);
      assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
      const allowing = { "host lag": lag.worstMs(atMs) };
      sheet.atMost("a freed place is used after", Math.max(0, outcome.endedAtMs - atMs), 50, { unit: "ms", allowing });
    }
    // The others are told once their wait is over, and not before: no idle connection has been closed for them yet.
    for (const [index, one] of asked.slice(freed).entries()) {
      const outcome = await one;
      const n = index + freed;
      if (outcome.kind === "answer" && outcome.status === 200) {
        sheet.add([judge(`/?n=${n}`, outcome)]);
        continue;
      }
      assert.ok(outcome.kind === "answer" && outcome.status === 503, JSON.stringify(outcome));
      sheet.count("told 503");
      assert.match(outcome.headers.get("retry-after") ?? "", /^\d+$/);
      assert.equal(outcome.headers.get("connection"), "close");
      assert.ok(outcome.endedAtMs - firstHeldAtMs >= waitSec * 1_000 - 100, "not before the wait is over");
    }
  },
};

const limit = 100;
const clients = 150;

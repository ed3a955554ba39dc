import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { connected, type ClientConnection } from "../client/connection.ts";
import { judge } from "../client/crowd.ts";
import type { Outcome } from "../client/outcome.ts";
import { afterwards } from "../support/afterwards.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { cpuMsOf } from "../support/processes.ts";
import { oneOf } from "../support/random.ts";
import { until } from "../support/until.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t18: Trial = {
  id: "T18",
  title:
    "at a limit of 100, 150 clients: exactly 100 open, the rest held at no cost, then told 503; a freed place is used",
  run: async (context) => {
    const { sheet, random } = context;
    const lag = watchHostLag(context);
    const dashd = await startInstance(context, {
      connections: limit,
      waitTimeoutSec: waitMs / 1_000,
      backlog: clients,
    });
    const come = async (): Promise<ClientConnection> => {
      const client = await connected(dashd.port);
      afterwards(context, client.close);
      return client;
    };
    // Half a request each: none of them is idle, so none is closed to make room.
    const open: ClientConnection[] = [];
    for (let n = 0; n < limit; n++) {
      const client = await come();
      void client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Half: ", { timeoutMs: 120_000 });
      open.push(client);
    }
    await until("all open", async () => (await dashd.status()).load.connections === limit);
    const held: { readonly outcome: Promise<Outcome>; readonly cameAtMs: number }[] = [];
    for (let n = limit; n < clients; n++) {
      const cameAtMs = performance.now();
      held.push({ outcome: (await come()).request(`/?n=${n}`, { timeoutMs: 60_000 }), cameAtMs });
    }
    await until("the rest held, and exactly as many as the limit with the workers", async () => {
      const { load, workers } = await dashd.status();
      assert.equal(load.connections, limit, "exactly as many open as the limit");
      const there = workers.reduce((sum, worker) => sum + worker.connections, 0);
      return load.held === clients - limit && there === limit;
    });

    // Nobody moves: what the whole fleet burns now is what it costs to hold them.
    await pause(settleMs);
    const pids = dashd.pids();
    const cpuMs = (): readonly number[] => pids.map((pid) => cpuMsOf(pid) ?? 0);
    const [before, fromMs] = [cpuMs(), performance.now()];
    await pause(lookMs);
    const lastedMs = performance.now() - fromMs;
    const shares = cpuMs().map((ms, index) => (100 * (ms - (before[index] ?? 0))) / lastedMs);
    sheet.note(`of a core, each process while holding: ${shares.map((share) => share.toFixed(2)).join(" ")} %`);
    // As `host.cpu` in status: of all the cores there are.
    const whole = shares.reduce((sum, share) => sum + share, 0) / availableParallelism();
    sheet.atMost("CPU of the machine that the fleet takes while holding", whole, 2, { unit: "%" });

    for (const { outcome, cameAtMs } of held) {
      const told = await outcome;
      sheet.count(told.kind === "answer" && told.status === 503 ? "told 503" : `no 503 but ${told.kind}`);
      assert.ok(told.kind === "answer" && told.status === 503, JSON.stringify(told));
      assert.match(told.headers.get("retry-after") ?? "", /^\d+$/);
      assert.equal(told.headers.get("connection"), "close");
      assert.ok(told.endedAtMs - cameAtMs >= waitMs - 50, "not before the wait is over");
    }

    for (let n = 0; n < 5; n++) {
      const path = `/?n=${n}`;
      const next = await come();
      const waiting = next.request(path);
      await until("it to be held", async () => (await dashd.status()).load.held === 1);
      const atMs = performance.now();
      oneOf(
        random,
        open.filter((client) => client.usable()),
      ).close();
      const outcome = await waiting;
      sheet.add([judge(path, outcome)]);
      assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
      const allowing = { "host lag": lag.worstMs(atMs) };
      sheet.atMost("a freed place is used after", outcome.endedAtMs - atMs, 50, { unit: "ms", allowing });
      next.close();
      open.push(await come());
      void open.at(-1)?.send("GET / HTTP/1.1\r\nHost: x\r\nX-Half: ", { timeoutMs: 120_000 });
      await until("all open again", async () => (await dashd.status()).load.connections === limit);
    }
  },
};

const limit = 100;
const clients = 150;
const waitMs = 9_000;
/** What the last arrivals set off (a worker's watchdog begins with its first client) is over by then. */
const settleMs = 2_000;
/** The system counts CPU in steps of 10 ms: the longer the look, the finer. */
const lookMs = 5_000;

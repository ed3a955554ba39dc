import assert from "node:assert/strict";
import type { Snapshot } from "../../lib/protocol/snapshot.ts";
import { connected, requestOnce, type ClientConnection } from "../client/connection.ts";
import { judge } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { killUnder } from "../support/kills.ts";
import { oneOf } from "../support/random.ts";
import { openRaw } from "../support/raw-http.ts";
import { until } from "../support/until.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t20: Trial = {
  id: "T20",
  title:
    "the counters add up at the limit, under pipelining and after kills, and are back at nought when all have gone",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const limit = quick ? 30 : 100;
    const dashd = await startInstance(context, { connections: limit, waitTimeoutSec: 60, queue: { max: 8_000 } });
    const port = dashd.port;
    const rest = async (what: string, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot> => {
      let last: unknown;
      return until(what, async () => {
        const snapshot = await dashd.status();
        last = { ...snapshot.load, workers: snapshot.workers.map(({ connections, served }) => [connections, served]) };
        if (holds(snapshot)) return snapshot;
        throw new Error(JSON.stringify(last));
      });
    };

    // The clients know what is open: what they opened, less what either side has closed. To make room, the server closes
    // connections that were idle for five seconds.
    const open: ClientConnection[] = [];
    afterwards(context, () => open.forEach((client) => client.close()));
    const living = (): number => open.filter((client) => client.usable()).length;
    const addUp = ({ load: { connections, held } }: Snapshot): boolean =>
      connections + held === living() && connections === Math.min(limit, living());
    const come = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) open.push(await connected(port));
    };
    const go = (count: number): void => {
      for (let n = 0; n < count; n++)
        oneOf(
          random,
          open.filter((client) => client.usable()),
        ).close();
    };
    await come(Math.round(limit * 1.5));
    await rest("open and held to be what came", addUp);
    go(Math.round(limit * 0.3));
    await rest("the same less who left", addUp);
    go(Math.round(limit * 0.4));
    const calm = await rest("nobody held", addUp);
    assert.equal(sumOf(calm, "connections"), calm.load.connections, "the workers' connections make the total");

    let served = calm.load.served;
    const ask = async (n: number): Promise<void> => {
      const path = `/slow?ms=5&n=${n}`;
      const outcome = await requestOnce(port, path);
      sheet.add([judge(path, outcome)]);
      served += 1;
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
    const pipelined = 200;
    const greedy = openRaw(port);
    afterwards(context, () => void greedy.socket.destroy());
    greedy.send(`GET /slow?ms=1 HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(pipelined));
    await until("the pipelined to be answered", () => greedy.text().split("HTTP/1.1 200").length > pipelined);
    served += pipelined;
    greedy.socket.destroy();
    const after = await rest("every answer to be counted once", (snapshot) => snapshot.load.served === served);
    assert.equal(sumOf(after, "served"), served, "the workers' answers make the total");
    sheet.count("ok", pipelined);

    const kills = await killUnder(dashd, { kills: quick ? 2 : 5, everyMs: 300, random });
    const full = await rest("the full count, and no more connections than are left", (snapshot) => {
      const { state, load } = snapshot;
      return state === "held" && load.connections === living() && sumOf(snapshot, "connections") === living();
    });
    assert.equal(sumOf(full, "restarts"), kills.length);
    assert.ok(full.load.served >= served, "what the dead have served still counts");
    for (const client of open) client.close();
    await rest("nought", ({ load, workers }) => {
      const left = [
        load.connections,
        load.held,
        load.inFlight,
        load.queued,
        ...workers.map(({ connections }) => connections),
      ];
      return left.every((count) => count === 0);
    });
  },
};

const sumOf = ({ workers }: Snapshot, key: "connections" | "served" | "restarts"): number =>
  workers.reduce((sum, worker) => sum + worker[key], 0);

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { watchHostLag } from "../support/host-lag.ts";
import type { Instance } from "../support/instance.ts";
import { allGone } from "../support/processes.ts";
import { oneOf } from "../support/random.ts";
import { openRaw } from "../support/raw-http.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t08: Trial = {
  id: "T08",
  title: "a drain with a half-sent request, a slow reader, a WebSocket and an event stream ends by its limit",
  run: async (context) => {
    const { sheet, random } = context;
    const lag = watchHostLag(context);
    const limitSec = oneOf(random, [2, 3, 4]);
    const dashd = await startInstance(context, { stopTimeoutSec: limitSec }, { app: fixtureApp("long-lived.cjs") });
    const { port } = dashd;

    const half = openRaw(port);
    half.send("GET / HTTP/1.1\r\nHost: x\r\nX-Half: ");
    const stream = openRaw(port);
    stream.get("/events");
    const reader = connect(port, "127.0.0.1");
    reader.on("error", () => undefined);
    reader.pause();
    reader.write("GET /download HTTP/1.1\r\nHost: x\r\n\r\n");
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    socket.on("error", () => undefined);
    const told = once(socket, "close");
    afterwards(context, () => {
      for (const one of [half.socket, stream.socket, reader]) one.destroy();
      socket.terminate();
    });
    await once(socket, "open");
    await stream.until(/data: /);
    await until("four connections", async () => (await dashd.status()).load.connections === 4);
    const pids = await pidsOf(dashd);

    const how = oneOf(random, ["stop", "reload"] as const);
    const atMs = performance.now();
    const ended = how === "stop" ? dashd.stop() : dashd.run("reload");
    // A reload drains only once the new generation has come up.
    await until("the drain", async () => how === "stop" || (await drains(dashd, pids)), { everyMs: 10 });
    const drainFromMs = how === "stop" ? atMs : performance.now();
    await allGone(pids, (limitSec + 20) * 1_000);
    const tookMs = performance.now() - drainFromMs;
    assert.equal((await ended).code, 0);
    sheet.count("ok", 4);
    const allowing = { "host lag": lag.worstMs(drainFromMs) };
    sheet.atMost(`${how}: gone after`, tookMs, limitSec * 1_000 + 500, { unit: "ms", allowing });
    const [code] = await told;
    assert.equal(Number(code), 1001, "the WebSocket was told to go");
  },
};

const drains = async (dashd: Instance, pids: readonly number[]): Promise<boolean> =>
  (await dashd.status()).workers.some(({ pid, state }) => pids.includes(pid) && state === "draining");

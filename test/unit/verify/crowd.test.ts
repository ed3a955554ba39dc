import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { gatherCrowd } from "../../../lib/verify/drill/crowd.ts";
import { afterwards } from "../../support/afterwards.ts";
import { until } from "../../support/until.ts";

test("each of a crowd is served, refused, closed as idle or failed, as it was treated", async (t) => {
  const treatments: readonly ((socket: Socket) => void)[] = [
    (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfine")),
    // Past the backlog: told before it asks.
    (socket) =>
      socket.write("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\nbusy", () => socket.resume()),
    (socket) => socket.end().resume(),
    (socket) => socket.once("data", () => socket.destroy()),
    // Never answers.
    (socket) => socket.resume(),
  ];
  const { url, sockets } = await serve(t, treatments);
  const crowd = gatherCrowd({ url, path: "/", clients: treatments.length, now: () => performance.now() });
  afterwards(t, () => crowd.destroy());
  await until("all to be there", () => sockets.length === treatments.length);
  await until("the idle one to be gone", () => sockets[2]?.destroyed === true);
  const { longestMs, ...counts } = await crowd.ask(300);
  assert.deepEqual(counts, { served: 1, refused: 1, failed: 2, idle: 1 });
  assert.ok(longestMs !== null && longestMs >= 0);
});

const serve = async (t: TestContext, treatments: readonly ((socket: Socket) => void)[]) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    sockets.push(socket);
    treatments[sockets.length - 1]?.(socket);
  }).listen(0, "127.0.0.1");
  afterwards(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sockets };
};

import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { waitMsIn, workerIn } from "../../../lib/protocol/timing-header.ts";
import { serverTiming } from "../../../lib/worker/server-timing.ts";

const told = (asked: string, remoteAddress: string, localAddress: string): string =>
  serverTiming(
    { headers: { "dashd-timing": asked }, socket: { remoteAddress, localAddress } } as unknown as IncomingMessage,
    12.34,
    "3.4711",
  );

test("who asks for the wait is told the wait; who asks from this host who answers is told slot and pid as well", () => {
  assert.equal(told("1", "127.0.0.1", "127.0.0.1"), "wait;dur=12.3");
  for (const address of ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1", "10.0.0.5"]) {
    const header = told("worker", address, address === "127.0.0.9" ? "127.0.0.1" : address);
    assert.deepEqual(workerIn(header), { slot: 3, pid: 4711 }, address);
    assert.equal(waitMsIn(header), 12.3);
  }
});

test("nobody elsewhere learns a process id", () => {
  assert.equal(told("worker", "10.0.0.6", "10.0.0.5"), "wait;dur=12.3");
  assert.equal(workerIn("wait;dur=12.3"), null);
  assert.equal(workerIn(null), null);
});

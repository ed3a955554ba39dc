import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { createInterrupts } from "../../../lib/cli/interrupts.ts";

const setUp = () => {
  const source = new EventEmitter();
  let ended = 0;
  const interrupts = createInterrupts(source as unknown as NodeJS.Process, () => (ended += 1));
  return { source, interrupts, ended: () => ended };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("the first Ctrl-C asks, the second ends at once", () => {
  const { source, interrupts, ended } = setUp();
  source.emit("SIGINT", "SIGINT");
  assert.deepEqual([interrupts.signal.aborted, interrupts.signal.reason, ended()], [true, "SIGINT", 0]);
  source.emit("SIGTERM", "SIGTERM");
  assert.equal(ended(), 1);
});

test("a signal that comes before the master listens is kept for it, and told once", async () => {
  const { source, interrupts, ended } = setUp();
  interrupts.handOver();
  source.emit("SIGTERM", "SIGTERM");
  const heard: string[] = [];
  source.on("SIGINT", (name) => heard.push(String(name)));
  source.on("SIGTERM", (name) => heard.push(String(name)));
  await turn();
  assert.deepEqual([heard, interrupts.signal.aborted, ended()], [["SIGTERM"], false, 0]);
  source.emit("SIGTERM", "SIGTERM");
  await turn();
  assert.deepEqual([heard, ended()], [["SIGTERM", "SIGTERM"], 0]);
});

test("a second signal before the master listens ends at once", () => {
  const { source, interrupts, ended } = setUp();
  interrupts.handOver();
  source.emit("SIGINT", "SIGINT");
  source.emit("SIGINT", "SIGINT");
  assert.equal(ended(), 1);
});

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createGate } from "../../../lib/services/redis/gate.ts";
import { createDrill } from "../../../lib/worker/drill.ts";

const setUp = (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const set: string[] = [];
  const drill = createDrill({
    refuseRedis: (isOn) => void set.push(`redis ${isOn}`),
    slowPostgres: (isOn) => void set.push(`postgres ${isOn}`),
  });
  return { set, drill, goOn: (ms: number) => t.mock.timers.tick(ms) };
};

test("a fault ends by itself in the worker, whatever becomes of the master", (t) => {
  const { set, drill, goOn } = setUp(t);
  drill("redis-down", 5_000);
  drill("postgres-slow", 8_000);
  goOn(4_999);
  assert.deepEqual(set, ["redis true", "postgres true"]);
  goOn(1);
  goOn(3_000);
  assert.deepEqual(set.slice(2), ["redis false", "postgres false"]);
});

test("a fault that was ended does not end the next one early", (t) => {
  const { set, drill, goOn } = setUp(t);
  drill("redis-down", 5_000);
  goOn(4_000);
  drill("redis-down", 0);
  drill("redis-down", 5_000);
  goOn(4_999);
  assert.deepEqual(set, ["redis true", "redis false", "redis true"]);
  goOn(1);
  assert.equal(set.at(-1), "redis false");
});

test("a hang is one turn of the loop that ends by itself", (t) => {
  const { drill } = setUp(t);
  const fromMs = performance.now();
  drill("hang", 30);
  assert.ok(performance.now() - fromMs >= 30);
});

test("the Redis of a worker says that a drill refuses it, and is what it was afterwards", () => {
  const gate = createGate({ commandTimeoutMs: 1_000, maxInFlight: 10, now: () => 0, tell: () => undefined });
  gate.is("up", null);
  gate.refuse(true);
  assert.deepEqual([gate.isRefusing(), gate.take().state, gate.take().fault], [true, "down", "drill"]);
  gate.refuse(false);
  assert.deepEqual([gate.isRefusing(), gate.take().state, gate.take().fault], [false, "up", null]);
});

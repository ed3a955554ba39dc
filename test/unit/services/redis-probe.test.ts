import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import type { RedisReading } from "../../../lib/services/redis/judge-redis.ts";
import { createRedisProbe, type RedisProbe } from "../../../lib/services/redis/probe.ts";
import type { RedisTarget } from "../../../lib/services/redis/target.ts";
import { afterwards } from "../../support/afterwards.ts";
import { redisMissing, startRedis, startReplica, startSentinels } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const skip = redisMissing();

test("a well server: settings, memory, hit rate, role, version", { skip }, async (t) => {
  const server = await startRedis(t, { args: ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"] });
  const probe = opened(t, urlTarget(server.url));
  const first = await probe.probe();
  assert.equal(first.state, "up");
  assert.equal(first.hitRate, null);
  assert.deepEqual(first.settings, {
    maxMemoryMb: 64,
    policy: "allkeys-lru",
    persistence: "off",
    replicated: "no",
  });
  await server.command("SET", "a", "1");
  for (const key of ["a", "a", "a", "b"]) await server.command("GET", key);
  const { hitRate, memory, usedMemoryBytes, evictions, role, replicas, lagSec, server: found } = await probe.probe();
  assert.deepEqual(
    { hitRate, evictions, role, replicas, lagSec },
    { hitRate: 0.75, evictions: 0, role: "master", replicas: 0, lagSec: null },
  );
  assert.ok(memory !== null && memory > 0 && memory < 0.5 && usedMemoryBytes !== null && usedMemoryBytes > 100_000);
  assert.match(found.version ?? "", /^\d+\.\d+/);
  assert.ok(found.maxClients !== null && found.connectedClients !== null && found.connectedClients >= 1);
});

test("looks never overlap", { skip }, async (t) => {
  const server = await startRedis(t);
  const probe = opened(t, urlTarget(server.url));
  const [one, two] = [probe.probe(), probe.probe()];
  assert.equal(one, two);
  await one;
});

test("killed is down with the first look, restarted is up with the next", { skip }, async (t) => {
  const server = await startRedis(t);
  const probe = opened(t, urlTarget(server.url));
  await probe.probe();
  await server.kill();
  const reading = await until("down", async () => downOf(await probe.probe()));
  assert.match(String(reading.reason?.facts["fault"]), /ECONNREFUSED|closed|ECONNRESET/);
  assert.equal(reading.settings.maxMemoryMb, null);
  await server.restart();
  await until("up", async () => (await probe.probe()).state === "up", { deadlineMs: 3_000 });
});

test("stopped is slow with the first deadline, down with the second, up once it goes on", { skip }, async (t) => {
  const server = await startRedis(t, { password: "x" });
  const probe = opened(t, urlTarget(server.url));
  await probe.probe();
  server.pause();
  for (const state of ["slow", "down", "down"]) {
    const beganMs = performance.now();
    const reading = await probe.probe();
    assert.equal(reading.state, state);
    assert.deepEqual(reading.reason?.facts, { service: "Redis", fault: "silent" });
    assert.ok(performance.now() - beganMs < 2_000);
  }
  server.resume();
  await until("up", async () => (await probe.probe()).state === "up", { deadlineMs: 5_000 });
});

test("a host that takes connections and says nothing keeps nobody waiting", async (t) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on("error", () => socket.destroy())));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const probe = opened(t, urlTarget(`redis://127.0.0.1:${port}`));
  const beganMs = performance.now();
  assert.deepEqual([(await probe.probe()).state, (await probe.probe()).state], ["slow", "down"]);
  assert.ok(performance.now() - beganMs < 3_000);
});

test("a wrong password and one too few say so", { skip }, async (t) => {
  const server = await startRedis(t, { password: "right" });
  for (const credentials of [":wrong@", ""]) {
    const probe = opened(t, urlTarget(`redis://${credentials}127.0.0.1:${server.port}`));
    const reading = await probe.probe();
    assert.equal(reading.state, "down");
    assert.deepEqual(reading.reason?.facts, { service: "Redis", fault: "password" });
  }
});

test("full: it answers, but refuses to write", { skip }, async (t) => {
  const server = await startRedis(t, { args: ["--maxmemory", "1", "--maxmemory-policy", "noeviction"] });
  const reading = await opened(t, urlTarget(server.url)).probe();
  assert.equal(reading.state, "slow");
  assert.deepEqual(reading.reason, { code: "redis-state.refuses-writes", facts: { fault: "oom" } });
});

test("a replica: it refuses to write, and tells how far behind it is", { skip }, async (t) => {
  const master = await startRedis(t);
  const replica = await startReplica(t, master);
  const below = await opened(t, urlTarget(replica.url)).probe();
  assert.deepEqual(below.reason, { code: "redis-state.refuses-writes", facts: { fault: "read-only" } });
  assert.deepEqual([below.role, below.replicas, below.settings.replicated], ["slave", null, "yes"]);
  assert.ok(below.lagSec !== null && below.lagSec < 30);
  const above = await opened(t, urlTarget(master.url)).probe();
  assert.deepEqual([above.state, above.role, above.replicas, above.settings.replicated], ["up", "master", 1, "yes"]);
  assert.ok(above.lagSec !== null && above.lagSec < 30);
});

test("no connection left for the probe is no outage", { skip }, async (t) => {
  const server = await startRedis(t, { args: ["--maxclients", "1"] });
  const first = opened(t, urlTarget(server.url));
  await until("the only place", async () => (await first.probe()).state === "up");
  const reading = await opened(t, urlTarget(server.url)).probe();
  assert.deepEqual([reading.state, reading.reason?.facts["fault"]], ["slow", "max-clients"]);
});

test("a user who may not ask for INFO and CONFIG leaves the figures unknown", { skip }, async (t) => {
  const server = await startRedis(t);
  await server.command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-info", "-config");
  const reading = await opened(t, urlTarget(`redis://app:pw@127.0.0.1:${server.port}`)).probe();
  assert.deepEqual([reading.state, reading.memory, reading.settings.policy], ["up", null, null]);
  await server.command("ACL", "SETUSER", "app", "+info");
  const better = await opened(t, urlTarget(`redis://app:pw@127.0.0.1:${server.port}`)).probe();
  assert.deepEqual([better.settings.policy, better.settings.persistence], ["noeviction", null]);
});

test("behind Sentinels: the new master is found after a failover", { skip }, async (t) => {
  const master = await startRedis(t);
  await startReplica(t, master);
  const sentinels = await startSentinels(t, { master, name: "shop", count: 3, downAfterMs: 1_000 });
  const entries = sentinels.ports.map((port) => ({ host: "127.0.0.1", port }));
  const probe = opened(t, { kind: "sentinel", name: "shop", sentinels: entries, url: null });
  assert.equal((await probe.probe()).state, "up");
  await master.kill();
  await until("down", async () => downOf(await probe.probe()));
  await until("up", async () => (await probe.probe()).state === "up", { deadlineMs: 20_000, everyMs: 200 });
  const nobody = opened(t, { kind: "sentinel", name: "shop", sentinels: [{ host: "127.0.0.1", port: 1 }], url: null });
  assert.deepEqual((await nobody.probe()).reason?.facts, { service: "Redis", fault: "sentinels" });
});

const urlTarget = (url: string): RedisTarget => ({ kind: "url", url });

const opened = (t: TestContext, target: RedisTarget): RedisProbe => {
  const probe = createRedisProbe(target);
  afterwards(t, probe.close);
  return probe;
};

const downOf = (reading: RedisReading): RedisReading | null => (reading.state === "down" ? reading : null);

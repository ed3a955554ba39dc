import assert from "node:assert/strict";
import test from "node:test";
import { isAlive } from "../support/processes.ts";
import { redisMissing, startRedis, startReplica, startSentinels } from "../support/redis.ts";
import { until } from "../support/until.ts";

const skip = redisMissing();

test("a Redis answers on its port before and after stop, kill and pause", { skip }, async (t) => {
  const server = await startRedis(t, { password: "s e c/ret", args: ["--maxmemory", "64mb"] });
  const { url, pid } = server;
  assert.deepEqual(await server.command("CONFIG", "GET", "maxmemory"), ["maxmemory", String(64 * 1024 * 1024)]);
  await server.stop();
  assert.equal(isAlive(pid), false);
  await assert.rejects(server.command("PING"));
  await server.restart();
  assert.equal(server.url, url);
  const second = server.pid;
  await server.kill();
  assert.equal(isAlive(second), false);
  await server.restart();
  server.pause();
  const asked = server.command("PING");
  server.resume();
  assert.equal(await asked, "PONG");
});

test("a Redis with TLS answers those who trust its certificate", { skip }, async (t) => {
  const server = await startRedis(t, { tls: true });
  assert.match(server.url, /^rediss:/);
  assert.equal(await server.command("PING"), "PONG");
});

test("three sentinels make the replica master when the master is killed", { skip }, async (t) => {
  const master = await startRedis(t, { password: "shared" });
  const replica = await startReplica(t, master);
  const sentinels = await startSentinels(t, { master, name: "main", count: 3, downAfterMs: 500 });
  assert.equal(await sentinels.masterPort(), master.port);
  await master.kill();
  await until("the failover", async () => (await sentinels.masterPort()) === replica.port, { everyMs: 50 });
  await until("the new role", async () => String(await replica.command("ROLE")).startsWith("master"));
  await sentinels.stop();
  assert.deepEqual(sentinels.pids.filter(isAlive), []);
});

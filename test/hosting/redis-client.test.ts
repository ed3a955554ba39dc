import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Message } from "../../lib/errors.ts";
import { createRedis, type RedisService, type RedisServiceOptions } from "../../lib/services/redis/client.ts";
import { redisTargetOf, type RedisTarget } from "../../lib/services/redis/target.ts";
import { afterwards } from "../support/afterwards.ts";
import { redisMissing, type RedisServer, startRedis, startReplica, startSentinels } from "../support/redis.ts";
import { scratchDir } from "../support/scratch.ts";
import { until, within } from "../support/until.ts";

const skip = redisMissing();

test("a command gets its answer, and one issued before the first connection waits for it", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client } = opened(t, urlTarget(server.url));
  assert.equal(await client.set("a", "1"), "OK");
  assert.equal(await client.get("a"), "1");
  assert.deepEqual(await client.pipeline().get("a").incr("a").exec(), [
    [null, "1"],
    [null, 2],
  ]);
  assert.deepEqual(await client.multi().incr("a").get("a").exec(), [
    [null, 3],
    [null, "3"],
  ]);
});

test("a pipeline issued before the first connection is sent whole", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client } = opened(t, urlTarget(server.url));
  assert.deepEqual(await client.pipeline().set("a", "1").get("a").exec(), [
    [null, "OK"],
    [null, "1"],
  ]);
});

test("with nobody there commands fail at once, also the first", { skip }, async (t) => {
  const server = await startRedis(t);
  await server.stop();
  const { client } = opened(t, urlTarget(server.url));
  const first = await timed(client.get("a"));
  assert.equal(first.code, "E_REDIS_DOWN");
  assert.ok(first.afterMs < 900, `${first.afterMs} ms`);
  assert.match(first.message, /^Redis is not available \(ECONNREFUSED\)$/);
  const next = await timed(client.get("a"));
  assert.equal(next.code, "E_REDIS_DOWN");
  assert.ok(next.afterMs < 100, `${next.afterMs} ms`);
  const piped = await client.pipeline().get("a").get("b").exec();
  assert.deepEqual(
    piped?.map(([error]) => codeOf(error)),
    ["E_REDIS_DOWN", "E_REDIS_DOWN"],
  );
});

test(
  "killed: what is unanswered is rejected, then all fails at once; restarted, all is well by itself",
  { skip },
  async (t) => {
    const server = await startRedis(t);
    const told: Message[] = [];
    const service = opened(t, urlTarget(server.url), { tell: (message) => told.push(message) });
    const { client } = service;
    await client.set("a", "1");
    await server.kill();
    await until("commands to fail", async () => codeOf(await failure(client.get("a"))) === "E_REDIS_DOWN");
    const after = await timed(client.get("a"));
    assert.ok(after.afterMs < 100, `${after.afterMs} ms`);
    // A good while of retries.
    await until("several retries", () => service.take().state === "down" && client.status === "reconnecting");
    await server.restart();
    await until("commands to be answered", async () => (await client.set("a", "2")) === "OK", { deadlineMs: 5_000 });
    await until("the log to know", () => told.at(-1)?.code === "redis-state.back");
    assert.ok(told.filter(({ code }) => code === "redis-state.lost").length <= 3, JSON.stringify(told));
  },
);

test("stopped: each command fails within its deadline, then at once, and nothing piles up", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client, take } = opened(t, urlTarget(server.url), { commandTimeoutMs: 300 });
  await client.set("a", "1");
  server.pause();
  const first = await Promise.all([timed(client.get("a")), timed(client.get("a")), timed(client.get("a"))]);
  for (const { code, afterMs } of first) {
    assert.equal(code, "E_REDIS_TIMEOUT");
    assert.ok(afterMs >= 290 && afterMs < 1_000, `${afterMs} ms`);
  }
  for (let round = 0; round < 200; round++) {
    const { code, afterMs } = await timed(client.set("a", "x".repeat(1_000)));
    assert.ok(code === "E_REDIS_DOWN" || code === "E_REDIS_TIMEOUT", code);
    assert.ok(afterMs < 100, `${afterMs} ms`);
  }
  assert.equal(client.commandQueue.length < 10, true, String(client.commandQueue.length));
  assert.equal(take().inFlight, 0);
  server.resume();
  await until("commands to be answered", async () => (await client.get("a")) === "1", { deadlineMs: 5_000 });
});

test("stopped before anybody connected: the handshake has a deadline too", { skip }, async (t) => {
  for (const password of [undefined, "secret"]) {
    const server = await startRedis(t, password === undefined ? {} : { password });
    server.pause();
    const { client } = opened(t, urlTarget(server.url), { commandTimeoutMs: 300 });
    const { code, afterMs } = await timed(client.get("a"));
    assert.match(code, /^E_REDIS_(DOWN|TIMEOUT)$/);
    assert.ok(afterMs < 1_500, `${afterMs} ms`);
    const next = await timed(client.get("a"));
    assert.ok(next.afterMs < 200, `${next.afterMs} ms`);
    server.resume();
    await until("commands to be answered", async () => (await client.get("a")) === null, { deadlineMs: 5_000 });
  }
});

test("no more commands wait than the bound, and a pipeline is taken or refused whole", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client } = opened(t, urlTarget(server.url), { maxInFlight: 10, commandTimeoutMs: 500 });
  await client.ping();
  server.pause();
  const waiting = Array.from({ length: 10 }, () => failure(client.get("a")));
  const busy = await timed(client.get("a"));
  assert.equal(busy.code, "E_REDIS_BUSY");
  assert.ok(busy.afterMs < 100);
  const piped = await client.pipeline().get("a").get("b").exec();
  assert.deepEqual(
    piped?.map(([error]) => codeOf(error)),
    ["E_REDIS_BUSY", "E_REDIS_BUSY"],
  );
  await Promise.all(waiting);
  server.resume();
  await until("commands to be answered", async () => (await client.get("a")) === null);
  const large = await client.pipeline(Array.from({ length: 50 }, () => ["incr", "n"])).exec();
  assert.deepEqual(large?.at(-1), [null, 50]);
});

test("a slow server: late answers are not mixed up with later ones", { skip }, async (t) => {
  const server = await startRedis(t);
  const proxy = await startProxy(t, server.port);
  const { client } = opened(t, urlTarget(proxy.url), { commandTimeoutMs: 300 });
  await client.mset("a", "1", "b", "2");
  proxy.delayMs = 400;
  assert.equal((await timed(client.get("a"))).code, "E_REDIS_TIMEOUT");
  proxy.delayMs = 0;
  assert.equal(await client.get("b"), "2");
});

test("a loop that was busy itself blames no server", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client } = opened(t, urlTarget(server.url), { commandTimeoutMs: 200 });
  await client.ping();
  const answer = client.ping();
  // Long enough for the answer to arrive; by then the timer is late as well.
  const untilMs = performance.now() + 500;
  while (performance.now() < untilMs);
  assert.equal(await answer, "PONG");
});

test("blocking commands wait as long as they ask for", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client } = opened(t, urlTarget(server.url), { commandTimeoutMs: 200 });
  const blocking = client.duplicate();
  assert.equal(await blocking.blpop("list", 1), null);
  const popped = blocking.blpop("list", 0);
  await until("it to wait at the server", () => isBlocked(server));
  await client.rpush("list", "x");
  assert.deepEqual(await popped, ["list", "x"]);
  assert.equal(await blocking.xread("BLOCK", 600, "STREAMS", "s", "$"), null);
});

test("a duplicate for blocking commands is told when the server goes, as bullmq makes it", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client } = opened(t, urlTarget(server.url));
  const blocking = client.duplicate({ maxRetriesPerRequest: null });
  await blocking.ping();
  const popped = timed(blocking.blpop("list", 0));
  await until("it to wait at the server", () => isBlocked(server));
  await server.kill();
  assert.equal((await within("the rejection", 3_000, popped)).code, "E_REDIS_DOWN");
});

test("a subscriber hears again after a restart, and MONITOR works", { skip }, async (t) => {
  const server = await startRedis(t);
  const { client } = opened(t, urlTarget(server.url));
  const subscriber = client.duplicate();
  const heard: string[] = [];
  subscriber.on("message", (_channel, message) => heard.push(message));
  await subscriber.subscribe("news");
  await client.publish("news", "1");
  await until("the first", () => heard.includes("1"));
  await server.restart();
  await until("the second", async () => {
    await client.publish("news", "2");
    return heard.includes("2");
  });
  const monitor = await client.monitor();
  const seen: string[] = [];
  monitor.on("monitor", (_time: string, args: string[]) => seen.push(args.join(" ")));
  await until("the command", async () => {
    await client.get("watched");
    return seen.includes("get watched");
  });
});

test("a wrong password is down with one line, and well once the password is right", { skip }, async (t) => {
  const server = await startRedis(t, { password: "right" });
  const told: Message[] = [];
  const { client, take } = opened(t, urlTarget(`redis://:wrong@127.0.0.1:${server.port}`), {
    tell: (message) => told.push(message),
  });
  const { code, message } = await timed(client.get("a"));
  assert.equal(code, "E_REDIS_DOWN");
  assert.match(message, /password/);
  assert.doesNotMatch(message, /wrong/);
  await until("the state to tell", () => take().fault === "password");
  await server.command("CONFIG", "SET", "requirepass", "wrong");
  await until("commands to be answered", async () => (await client.get("a")) === null, { deadlineMs: 10_000 });
  assert.deepEqual(
    told.filter(({ code: name }) => name === "redis-state.lost").map(({ facts }) => facts),
    [{ fault: "password" }],
  );
});

test("loading is down for that reason, and ends by itself", { skip }, async (t) => {
  const server = await fakeServer(t);
  server.loading = true;
  const { client, take } = opened(t, urlTarget(server.url));
  assert.equal((await timed(client.get("a"))).code, "E_REDIS_DOWN");
  await until("the reason", () => take().fault === "loading");
  server.loading = false;
  await until("commands to be answered", async () => (await client.get("a")) === null, { deadlineMs: 5_000 });
  // Loading under an open connection, as a replica does in a full sync.
  server.loading = true;
  const during = await timed(client.get("a"));
  assert.equal(during.code, "E_REDIS_DOWN");
  assert.match(during.message, /loading/);
  server.loading = false;
  await until("commands to be answered again", async () => (await client.get("a")) === null, { deadlineMs: 5_000 });
});

test("out of memory: the server's own error reaches the app, and reads go on", { skip }, async (t) => {
  const server = await startRedis(t, { args: ["--maxmemory", "2mb", "--maxmemory-policy", "noeviction"] });
  const { client } = opened(t, urlTarget(server.url));
  await client.set("small", "1");
  let error: unknown = null;
  for (let n = 0; n < 100 && error === null; n++) error = await failure(client.set(`k${n}`, "x".repeat(100_000)));
  assert.match(String(error), /OOM/);
  assert.equal(await client.get("small"), "1");
  await client.flushall();
  assert.equal(await client.set("again", "1"), "OK");
});

test(
  "a master that became a replica: writes say so, reads go on, and well again when it is master",
  { skip },
  async (t) => {
    const master = await startRedis(t);
    const server = await startRedis(t);
    const { client } = opened(t, urlTarget(server.url));
    await client.set("a", "1");
    await server.command("REPLICAOF", "127.0.0.1", master.port);
    const refusal = await until("a refusal", async () => {
      const error = await failure(client.set("a", "2"));
      return String(error).includes("READONLY") ? error : null;
    });
    assert.match(String(refusal), /READONLY/);
    await server.command("REPLICAOF", "NO", "ONE");
    await until("a write", async () => (await client.set("a", "3")) === "OK", { deadlineMs: 5_000 });
  },
);

test("a failover by Sentinel is followed within seconds", { skip }, async (t) => {
  const master = await startRedis(t);
  const replica = await startReplica(t, master);
  const sentinels = await startSentinels(t, { master, name: "shop", count: 3, downAfterMs: 1_000 });
  const target = redisTargetOf({ redisUrl: null, redisSentinels: sentinels.addresses, redisSentinelName: "shop" });
  assert.ok(target !== null);
  const { client } = opened(t, target);
  await client.set("a", "1");
  const beganMs = performance.now();
  await master.kill();
  await until("a write", async () => (await client.set("a", "2")) === "OK", { deadlineMs: 20_000 });
  t.diagnostic(`written again after ${Math.round(performance.now() - beganMs)} ms`);
  assert.equal(await replica.command("GET", "a"), "2");
});

test("all Sentinels away: fails fast and never gives up", { skip }, async (t) => {
  const target: RedisTarget = {
    kind: "sentinel",
    name: "shop",
    sentinels: [{ host: "127.0.0.1", port: 1 }],
    url: null,
  };
  const { client } = opened(t, target, { commandTimeoutMs: 300 });
  assert.ok((await timed(client.get("a"))).afterMs < 1_000);
  const next = await until("the next to fail at once", async () => {
    const outcome = await timed(client.get("a"));
    return outcome.afterMs < 50 ? outcome : null;
  });
  assert.equal(next.code, "E_REDIS_DOWN");
  assert.notEqual(client.status, "end");
});

test("a unix socket with a password and a database", { skip }, async (t) => {
  const path = join(scratchDir(t), "redis sock");
  const server = await startRedis(t, { password: "p:@/ä", args: ["--unixsocket", path] });
  const { client } = opened(t, urlTarget(`unix://:${encodeURIComponent("p:@/ä")}@${encodeURI(path)}?db=3`));
  await client.set("a", "1");
  assert.match(String(await server.command("INFO", "keyspace")), /db3:keys=1/);
});

test("TLS: a certificate nobody vouches for is refused by name, unless the URL allows it", { skip }, async (t) => {
  const server = await startRedis(t, { tls: true });
  const strict = opened(t, urlTarget(server.url));
  const { code, message } = await timed(strict.client.get("a"));
  assert.equal(code, "E_REDIS_DOWN");
  assert.match(message, /SELF_SIGNED_CERT/);
  const lenient = opened(t, urlTarget(`${server.url}?rejectUnauthorized=false`));
  assert.equal(await lenient.client.set("a", "1"), "OK");
});

test("what the master says counts until this worker hears from the server itself", { skip }, async (t) => {
  const server = await startRedis(t);
  const clock = { ms: 0 };
  const service = opened(t, urlTarget(server.url), { now: () => clock.ms });
  const { client } = service;
  await client.ping();
  service.trip(true);
  assert.equal(await client.ping(), "PONG", "it has just heard from it");
  clock.ms += 5_000;
  assert.equal(codeOf(await failure(client.ping())), "E_REDIS_DOWN");
  // That one asked for the server; its answer shows that the master alone cannot reach it.
  await until("commands to go through", async () => (await client.ping()) === "PONG");
  clock.ms += 5_000;
  service.trip(false);
  assert.equal(await client.ping(), "PONG");
});

test("close lets the unanswered end and takes duplicates along", { skip }, async (t) => {
  const server = await startRedis(t);
  const service = createRedis(urlTarget(server.url), { name: "dashd slot 1 gen 2" });
  const other = service.client.duplicate();
  await other.ping();
  await service.client.ping();
  assert.match(String(await server.command("CLIENT", "LIST")), /name=dashd:slot:1:gen:2/);
  const last = service.client.set("a", "1");
  await service.close();
  assert.equal(await last, "OK");
  await until("no connection", async () => !String(await server.command("CLIENT", "LIST")).includes("name=dashd"));
});

const urlTarget = (url: string): RedisTarget => ({ kind: "url", url });

const opened = (t: TestContext, target: RedisTarget, options: Partial<RedisServiceOptions> = {}): RedisService => {
  const service = createRedis(target, { name: "dashd test", ...options });
  afterwards(t, () => service.close());
  return service;
};

const isBlocked = async (server: RedisServer): Promise<boolean> =>
  String(await server.command("INFO", "clients")).includes("blocked_clients:1");

const failure = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => null,
    (error: unknown) => error,
  );

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

const timed = async (answer: Promise<unknown>): Promise<{ code: string; message: string; afterMs: number }> => {
  const beganMs = performance.now();
  const error = await failure(answer);
  return {
    code: codeOf(error),
    message: error instanceof Error ? error.message : "",
    afterMs: performance.now() - beganMs,
  };
};

interface Proxy {
  readonly url: string;
  delayMs: number;
}

/** Passes answers on late. */
const startProxy = async (t: TestContext, port: number): Promise<Proxy> => {
  const proxy = { url: "", delayMs: 0 };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.pipe(far);
    let last = Promise.resolve();
    far.on("data", (chunk: Buffer) => {
      const { delayMs } = proxy;
      last = last.then(() => pause(delayMs)).then(() => void near.write(chunk));
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
    for (const socket of [near, far]) socket.on("error", () => socket.destroy());
  });
  proxy.url = `redis://127.0.0.1:${await listen(t, server)}`;
  return proxy;
};

/** Speaks just enough of Redis' protocol to load for as long as a test wants. */
const fakeServer = async (t: TestContext): Promise<{ readonly url: string; loading: boolean }> => {
  const fake = { url: "", loading: false };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      for (const [, name = ""] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) socket.write(answer(name));
    });
  });
  const answer = (name: string): string => {
    if (name === "info") {
      const text = `redis_version:7.0.0\r\nloading:${fake.loading ? "1\r\nloading_eta_seconds:1" : "0"}\r\n`;
      return `$${text.length}\r\n${text}\r\n`;
    }
    if (name === "client") return "+OK\r\n";
    return fake.loading ? "-LOADING Redis is loading the dataset in memory\r\n" : "$-1\r\n";
  };
  fake.url = `redis://127.0.0.1:${await listen(t, server)}`;
  return fake;
};

const listen = async (t: TestContext, server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

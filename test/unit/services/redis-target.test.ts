import assert from "node:assert/strict";
import test from "node:test";
import { parseRedisUrl, parseSentinels } from "../../../lib/redis-url.ts";
import { addressText, connectionOptions, redisTargetOf } from "../../../lib/services/redis/target.ts";

test("addresses in every form become ioredis options", () => {
  const options = (url: string) => connectionOptions({ kind: "url", url });
  assert.deepEqual(options("redis://cache:6380/2"), { host: "cache", port: 6380, family: 0, db: 2 });
  assert.deepEqual(options("redis://u%40x:p%3A%2F@cache"), {
    host: "cache",
    port: 6379,
    family: 0,
    db: 0,
    username: "u@x",
    password: "p:/",
  });
  assert.deepEqual(options("redis://[::1]:7000"), { host: "::1", port: 7000, family: 0, db: 0 });
  assert.deepEqual(options("rediss://cache").tls, { rejectUnauthorized: true });
  assert.deepEqual(options("rediss://cache?rejectUnauthorized=false").tls, { rejectUnauthorized: false });
  assert.deepEqual(options("rediss://cache?rejectUnauthorized=0").tls, { rejectUnauthorized: true });
  assert.deepEqual(options("unix:///run/redis.sock?db=3"), { path: "/run/redis.sock", db: 3 });
  assert.deepEqual(options("redis+unix://:p%40@/run/a%20b.sock"), { path: "/run/a b.sock", db: 0, password: "p@" });
  assert.deepEqual(options("/run/redis.sock"), { path: "/run/redis.sock", db: 0 });
});

test("what cannot be read is a fault, not an exception", () => {
  for (const text of [
    "",
    "cache:6379",
    "http://cache",
    "redis://cache/x",
    "redis://cache:99999",
    "redis://a:%zz@b",
    "unix://x",
  ])
    assert.deepEqual(parseRedisUrl(text), { ok: false, allowed: { kind: "redis-url" } }, text);
  assert.deepEqual(parseRedisUrl("redis://cache"), { ok: true, value: "redis://cache" });
  assert.deepEqual(parseSentinels("a:1, [::1]:2,c"), { ok: true, value: ["a:1", "[::1]:2", "c"] });
  for (const text of ["", "a:b", "a:0", "redis://a"])
    assert.deepEqual(parseSentinels(text), { ok: false, allowed: { kind: "redis-sentinels" } }, text);
});

test("Sentinels win over the URL's host, and take password, database and TLS from it", () => {
  assert.equal(redisTargetOf({ redisUrl: null, redisSentinels: [], redisSentinelName: null }), null);
  const settings = { redisUrl: "rediss://:pw@ignored/4", redisSentinels: ["a:1", "b"], redisSentinelName: "shop" };
  const target = redisTargetOf(settings);
  assert.ok(target !== null);
  assert.deepEqual(connectionOptions(target), {
    name: "shop",
    sentinels: [
      { host: "a", port: 1 },
      { host: "b", port: 26379 },
    ],
    password: "pw",
    db: 4,
    tls: { rejectUnauthorized: true },
    enableTLSForSentinelMode: true,
    sentinelTLS: { rejectUnauthorized: true },
  });
  assert.equal(addressText(target), "shop @ a:1, b:26379");
});

test("an address for people holds no secret", () => {
  assert.equal(addressText({ kind: "url", url: "redis://u:pw@cache/1" }), "cache:6379/1");
  assert.equal(addressText({ kind: "url", url: "unix://:pw@/run/r.sock" }), "/run/r.sock");
});

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { requestOnce } from "../client/connection.ts";
import { openSession, requestOn } from "../client/http2-user.ts";
import type { Outcome } from "../client/outcome.ts";
import { fixtureApp, repositoryDir, writeApp } from "../support/apps.ts";
import { askAt, type Answer } from "../support/cached-server.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { openRaw } from "../support/raw-http.ts";
import { scratchDir } from "../support/scratch.ts";
import { thirdParty } from "../support/third-party.ts";
import { until } from "../support/until.ts";

const timeout = 180_000;
const one = ["--workers", "1"];

const told = (outcome: Outcome) => {
  assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
  const page = JSON.parse(outcome.body) as {
    readonly asked: number;
    readonly user: string | null;
    readonly lang: string;
  };
  return { page, cacheStatus: outcome.headers.get("cache-status") ?? "" };
};

/** Asks until it is given from what is kept. */
const untilHit = (instance: Pick<Instance, "port">, path: string): Promise<Answer> =>
  until(`a hit for ${path}`, async () => {
    const answer = await askAt(instance.port, path);
    return /; hit;/.test(answer.cacheStatus) ? answer : null;
  });

test("kept pages answer while every request slot is taken, and status counts them", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const instance = await startDashd(t, { dir, app: fixtureApp("cached.cjs"), stage: 1, args: one });
  const kept = await untilHit(instance, "/page");
  const go = join(dir, "go");
  // As many as requestsPerWorker.
  const held = Array.from({ length: 4 }, () => {
    const client = openRaw(instance.port);
    t.after(() => client.socket.destroy());
    client.get(`/hold?until=${encodeURIComponent(go)}`);
    return client;
  });
  await until("every slot to be taken", async () => (await instance.status()).load.inFlight === 4);
  const answers = await Promise.all(Array.from({ length: 5 }, () => askAt(instance.port, "/page")));
  for (const { status, body, cacheStatus } of answers) {
    assert.deepEqual([status, body], [200, kept.body]);
    assert.match(cacheStatus, /^dashd; hit; ttl=\d+; detail=memory$/);
  }
  assert.equal((await instance.status()).load.inFlight, 4);
  writeFileSync(go, "");
  for (const client of held) await client.until(/HTTP\/1\.1 200/);
  const response = await until("the counts", async () => {
    const { responseCache } = await instance.status();
    return responseCache.hits >= 6 ? responseCache : null;
  });
  assert.equal(response.state, "on");
  assert.ok(response.stored === 1 && response.misses >= 1 && response.bytes > 0 && (response.hitRate ?? 0) > 0.5);
  const page = await instance.run("status");
  assert.match(page.stdout, /Response cache: \d+ given fresh, 0 stale, \d+ asked of the app/);
  assert.match((await instance.run("status", "--lang", "zh")).stdout, /响应缓存：命中 \d+ 次/);
});

test("over several workers each keeps its own; no answer of one user reaches another", { timeout }, async (t) => {
  const instance = await startDashd(t, { app: fixtureApp("cached.cjs"), stage: 1, args: ["--workers", "3"] });
  const seen = new Set<string>();
  await until("each worker to have its copy", async () => {
    const { body, cacheStatus } = await askAt(instance.port, "/page");
    if (/; hit;/.test(cacheStatus)) seen.add(body);
    return seen.size === 3;
  });
  assert.equal(new Set([...seen].map((body) => JSON.parse(body).pid)).size, 3);
  for (const name of ["alice", "bob", "carol", "dora"]) {
    const mine = await askAt(instance.port, "/mine", { cookie: `user=${name}` });
    assert.equal(JSON.parse(mine.body).user, `user=${name}`);
    assert.equal(mine.cacheStatus, "");
    const { body } = await askAt(instance.port, "/page", { authorization: `Bearer ${name}` });
    assert.ok(!seen.has(body));
    const { body: session, headers } = await askAt(instance.port, "/session", { cookie: `user=${name}` });
    assert.equal(JSON.parse(session).user, `user=${name}`);
    assert.deepEqual(headers["set-cookie"]?.length, 1);
    // Each language has its own, whichever was asked for before.
    for (const lang of ["en", "zh-CN", `${name}-x`]) {
      const answer = await askAt(instance.port, "/lang", { "accept-language": lang, cookie: `user=${name}` });
      assert.equal(JSON.parse(answer.body).lang, lang);
    }
  }
  const { body: withoutLang } = await askAt(instance.port, "/lang");
  assert.equal(JSON.parse(withoutLang).lang, null);
});

test("a stale page is given at once and brought up to date behind it, whatever the app is", { timeout }, async (t) => {
  const program = writeApp(
    scratchDir(t),
    "program.cjs",
    `require(${JSON.stringify(fixtureApp("cached.cjs"))}).listen(3000);`,
  );
  for (const app of [fixtureApp("cached.cjs"), program]) {
    const instance = await startDashd(t, { app, stage: 1, args: one });
    const first = await untilHit(instance, "/quick");
    const stale = await until("it to be stale", async () => {
      const answer = await askAt(instance.port, "/quick", { cookie: "user=alice" });
      return /ttl=-\d/.test(answer.cacheStatus) ? answer : null;
    });
    assert.ok(JSON.parse(stale.body).asked >= JSON.parse(first.body).asked);
    const fresh = await until("it to be up to date", async () => {
      const answer = await askAt(instance.port, "/quick");
      return JSON.parse(answer.body).asked > JSON.parse(stale.body).asked ? answer : null;
    });
    assert.match(fresh.cacheStatus, /^dashd; hit;/);
    assert.equal(JSON.parse(fresh.body).user, null);
    await instance.stop();
  }
});

test("over TLS too, and the refresh of a stale page with it", { timeout }, async (t) => {
  const pem = (name: string): string => join(repositoryDir, "test/fixtures/tls", name);
  const args = [...one, "--tls-cert", pem("one.crt"), "--tls-key", pem("one.key")];
  const instance = await startDashd(t, { app: fixtureApp("cached.cjs"), stage: 1, args });
  const client = openRaw(instance.port, { secure: true });
  t.after(() => client.socket.destroy());
  const ask = async (): Promise<number> => {
    client.get("/quick");
    return Number((await client.until(/\r\n\r\n\{"asked":(\d+)[^}]*\}/))[1]);
  };
  const first = await ask();
  await until("the page to be brought up to date", async () => (await ask()) > first);
  const { responseCache } = await until("the stale ones to be counted", async () => {
    const status = await instance.status();
    return status.responseCache.stale > 0 ? status : null;
  });
  assert.ok(responseCache.hits > 0);
});

test(
  "users of HTTP/2 and of HTTP/1 through one TLS door are never given each other's answers",
  { timeout },
  async (t) => {
    const pem = (name: string): string => join(repositoryDir, "test/fixtures/tls", name);
    const program = writeApp(
      scratchDir(t),
      "http2.cjs",
      `const { readFileSync } = require("node:fs");
const files = { cert: readFileSync(${JSON.stringify(pem("one.crt"))}), key: readFileSync(${JSON.stringify(pem("one.key"))}) };
let asked = 0;
require("node:http2").createSecureServer({ ...files, allowHTTP1: true }, (req, res) => {
  const { authorization, cookie, "accept-language": lang } = req.headers;
  if (req.url !== "/mine") res.setHeader("Cache-Control", "public, s-maxage=300");
  if (req.url === "/lang") res.setHeader("Vary", "Accept-Language");
  res.end(JSON.stringify({ asked: ++asked, user: authorization ?? cookie ?? null, lang: lang ?? null }));
}).listen(3000);`,
    );
    const args = [...one, "--tls-cert", pem("one.crt"), "--tls-key", pem("one.key")];
    const instance = await startDashd(t, { app: program, stage: 1, args });
    const session = openSession(instance.port, true);
    t.after(() => session.close());
    const overHttp2 = async (path: string, headers: Record<string, string>) =>
      told(await requestOn(session, path, { headers }));
    const overHttp1 = async (path: string, headers: Record<string, string>) =>
      told(await requestOnce(instance.port, path, { secure: true, headers }));
    for (const path of ["/page", "/lang"])
      await until("it to be kept", async () => /; hit;/.test((await overHttp1(path, {})).cacheStatus));
    const kept = await overHttp1("/page", {});
    for (const name of ["alice", "bob"]) {
      for (const ask of [overHttp2, overHttp1]) {
        for (const path of ["/page", "/mine"]) {
          const { page, cacheStatus } = await ask(path, { authorization: `Bearer ${name}` });
          assert.deepEqual([page.user, cacheStatus], [`Bearer ${name}`, ""]);
        }
        const mine = await ask("/mine", { cookie: `user=${name}` });
        assert.deepEqual([mine.page.user, mine.cacheStatus], [`user=${name}`, ""]);
        for (const lang of ["en", "zh"])
          assert.equal((await ask("/lang", { "accept-language": lang })).page.lang, lang);
      }
      // What is for all has nobody's name; over HTTP/2 it is the app's own.
      const { page, cacheStatus } = await overHttp2("/page", { cookie: `user=${name}` });
      assert.deepEqual([page.user, cacheStatus], [`user=${name}`, ""]);
      const again = await overHttp1("/page", {});
      assert.deepEqual([again.page, again.page.user], [kept.page, null]);
    }
  },
);

test(
  "strangers' frameworks: Express 5 and Fastify are kept when they ask, through their own answers",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const express = writeApp(
      dir,
      "express.mjs",
      `import express from ${JSON.stringify(thirdParty("node_modules/express/index.js"))};
const app = express();
let asked = 0;
app.get("/page", (req, res) => res.set("Cache-Control", "public, s-maxage=300").send(\`asked \${++asked}\`));
app.listen(3000);`,
    );
    const fastify = writeApp(
      dir,
      "fastify.cjs",
      `const app = require(${JSON.stringify(thirdParty("node_modules/fastify"))})();
let asked = 0;
app.get("/page", async (request, reply) => {
  reply.header("Cache-Control", "public, s-maxage=300");
  return { asked: ++asked };
});
app.listen({ port: 3000 });`,
    );
    for (const app of [express, fastify]) {
      const instance = await startDashd(t, { app, stage: 1, args: one });
      const { body } = await untilHit(instance, "/page");
      assert.equal((await askAt(instance.port, "/page")).body, body, app);
      await instance.stop();
    }
  },
);

test(
  "a change that nobody's traffic judges is judged by the app, not by what is kept of it",
  { timeout },
  async (t) => {
    const env = { DASHD_READY_PATH: "/page" };
    const instance = await startDashd(t, { app: fixtureApp("cached.cjs"), stage: 1, args: one, env });
    const { code, stderr } = await instance.run("reload", "--watch-window", "10");
    assert.equal(code, 0, stderr);
    const { asked } = JSON.parse((await askAt(instance.port, "/page", { "cache-control": "no-store" })).body);
    // What is kept is asked of the app once.
    assert.ok(asked - 1 > 1, `the new generation was asked ${asked - 1} times`);
  },
);

test("off by the setting, and in development: nothing is kept, not a header more", { timeout }, async (t) => {
  const off = await startDashd(t, {
    app: fixtureApp("cached.cjs"),
    stage: 1,
    args: [...one, "--response-cache-mb", "off"],
  });
  const dev = await startDashd(t, { command: "dev", app: fixtureApp("cached.cjs") });
  for (const instance of [off, dev]) {
    const answers = [await askAt(instance.port, "/page"), await askAt(instance.port, "/page")];
    assert.deepEqual(
      answers.map(({ body, cacheStatus }) => [JSON.parse(body).asked, cacheStatus]),
      [
        [1, ""],
        [2, ""],
      ],
    );
    assert.equal((await instance.status()).responseCache.state, "off");
  }
});

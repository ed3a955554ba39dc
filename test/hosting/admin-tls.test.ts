import assert from "node:assert/strict";
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { connect } from "node:tls";
import { requestOnce } from "../client/connection.ts";
import { fixtureApp, repositoryDir } from "../support/apps.ts";
import { type Instance, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 180_000;

test(
  "with a pair in files the admin port speaks TLS alone: login with a Secure cookie, API, events, metrics, status",
  { timeout },
  async (t) => {
    const { dashd } = await startSecure(t);
    assert.match((await dashd.status()).adminUrl, /^https:\/\/127\.0\.0\.1:\d+$/);
    await until("the banner", () => /Panel: https:\/\/127\.0\.0\.1/.test(dashd.stdout()));
    assert.notEqual((await requestOnce(dashd.adminPort, "/")).kind, "answer", "nothing without TLS");
    assert.equal((await ask(dashd, "/readyz")).status, 200);
    assert.match((await ask(dashd, "/")).text, /<script/);
    assert.equal((await ask(dashd, "/v1/status")).status, 401);

    const login = await ask(dashd, "/v1/login", { body: { token: tokenIn(dashd) } });
    assert.equal(login.status, 200);
    const [cookie = ""] = login.headers["set-cookie"] ?? [];
    assert.match(cookie, /^dashd-\d+=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/);
    const session = { cookie: cookie.split(";")[0] ?? "" };
    const key = { ...session, "x-dashd-key": JSON.parse(login.text).key };
    assert.equal((await ask(dashd, "/v1/status", { headers: session })).status, 200);
    const reload = { kind: "reload", by: "a test", reason: null };
    assert.equal((await ask(dashd, "/v1/change", { headers: session, body: reload })).status, 403, "the cookie alone");
    const origin = (await dashd.status()).adminUrl;
    const changed = await ask(dashd, "/v1/change", { headers: { ...key, origin }, body: reload });
    assert.match(changed.text, /"exitCode":0/);
    const plain = { ...key, origin: origin.replace("https:", "http:") };
    assert.equal((await ask(dashd, "/v1/change", { headers: plain, body: reload })).status, 403, "another origin");

    const bearer = { authorization: `Bearer ${tokenIn(dashd)}` };
    assert.match((await ask(dashd, "/metrics", { headers: bearer })).text, /^# HELP http_requests_total/m);
    const first = await firstEvent(t, dashd, session);
    assert.match(first, /^event: (?:change|snapshot)\ndata: \{/);
    const status = await dashd.run("status");
    assert.match(status.stdout, /^OK stage 1 \(rev 2\)/);
    const logout = await ask(dashd, "/v1/logout", { headers: key, body: {} });
    assert.match(String(logout.headers["set-cookie"]), /Max-Age=0; Secure/);
    assert.equal((await ask(dashd, "/v1/status", { headers: session })).status, 401);
  },
);

test("renewed files are shown to new clients; a pair that does not fit is not taken", { timeout }, async (t) => {
  const { dashd, cert, key } = await startSecure(t);
  assert.equal(await nameAt(dashd), "one.test");
  writeFileSync(key, "not a key");
  await until("the error", () => /E_TLS|stays in force/.test(dashd.stderr()));
  assert.equal(await nameAt(dashd), "one.test");
  copyPair("two", cert, key);
  await until("the renewed certificate", async () => (await nameAt(dashd)) === "two.test");
  assert.equal((await ask(dashd, "/readyz")).status, 200);
});

test("drills are held where the admin port has TLS, from a shell and from the panel", { timeout }, async (t) => {
  const redis = redisMissing() === false ? { REDIS_URL: (await startRedis(t)).url } : {};
  const { dashd } = await startSecure(t, redis);
  const killed = await dashd.run("drill", "kill", "--yes");
  assert.equal(killed.code, 0, killed.stdout + killed.stderr);
  if ("REDIS_URL" in redis) {
    // Asks the admin port again and again whether the instance is ready.
    const away = await dashd.run("drill", "redis-down", "--seconds", "2", "--yes");
    assert.equal(away.code, 0, away.stdout + away.stderr);
  }
  const bearer = { authorization: `Bearer ${tokenIn(dashd)}` };
  for (const name of "REDIS_URL" in redis ? ["redis-down", "burst"] : ["burst"]) {
    const body = { drill: name, seconds: 2, by: "a test" };
    const drill = await ask(dashd, "/v1/drill/run", { headers: bearer, body });
    assert.match(drill.text, /"code":"drill\.held"/, drill.text);
  }
});

const startSecure = async (
  t: TestContext,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly dashd: Instance; readonly cert: string; readonly key: string }> => {
  const dir = scratchDir(t);
  const [cert, key] = [join(dir, "admin.crt"), join(dir, "admin.key")];
  copyPair("one", cert, key);
  const env = { DASHD_ADMIN_TLS_CERT: cert, DASHD_ADMIN_TLS_KEY: key, ...more };
  const profiles = smallLadder(join(dir, "ladder"));
  return { dashd: await startDashd(t, { dir, profiles, app: fixtureApp("services.mjs"), stage: 1, env }), cert, key };
};

const copyPair = (name: "one" | "two", cert: string, key: string): void => {
  copyFileSync(join(repositoryDir, "test/fixtures/tls", `${name}.crt`), cert);
  copyFileSync(join(repositoryDir, "test/fixtures/tls", `${name}.key`), key);
  chmodSync(key, 0o600);
};

const tokenIn = ({ home }: Instance): string => readFileSync(join(home, "token"), "utf8").trim();

const optionsOf = ({ adminPort }: Instance) =>
  ({ port: adminPort, host: "127.0.0.1", rejectUnauthorized: false, agent: false }) as const;

/** With a body it is a POST. */
const ask = (
  dashd: Instance,
  path: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } = {},
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const sent = request({ ...optionsOf(dashd), path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const firstEvent = (t: TestContext, dashd: Instance, headers: Readonly<Record<string, string>>): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request({ ...optionsOf(dashd), path: "/v1/events", headers }, (response) =>
      response.setEncoding("utf8").once("data", resolve),
    );
    sent.on("error", reject).end();
    t.after(() => sent.destroy());
  });

const nameAt = (dashd: Instance): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ ...optionsOf(dashd), servername: "localhost" });
    socket.once("secureConnect", () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once("error", reject);
  });

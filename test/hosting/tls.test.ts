import assert from "node:assert/strict";
import { chmodSync, copyFileSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { connected, requestOnce } from "../client/connection.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { openSession, requestOn } from "../client/http2-user.ts";
import { whoAnswered } from "../client/name-card.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp, repositoryDir, writeApp } from "../support/apps.ts";
import { launchDashd, readyWorkers, startDashd, type Instance, type StartOptions } from "../support/instance.ts";
import { smallLadder, writeLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { assertNothingLost } from "../support/swaps.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;
const secure = { secure: true };

const pem = (name: string): string => join(repositoryDir, "test/fixtures/tls", name);

/** A pair in a folder of the test, and settings that name it. */
const pairIn = (dir: string, name: "one" | "two"): Pair => {
  const [cert, key] = [join(dir, "service.crt"), join(dir, "service.key")];
  copyFileSync(pem(`${name}.crt`), cert);
  copyFileSync(pem(`${name}.key`), key);
  chmodSync(key, 0o600);
  return { cert, key, env: { DASHD_TLS_CERT: cert, DASHD_TLS_KEY: key } };
};

interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly env: Readonly<Record<string, string>>;
}

const startSecure = async (
  t: TestContext,
  options: StartOptions = {},
  profile: Readonly<Record<string, unknown>> = {},
): Promise<{ dashd: Instance; pair: Pair }> => {
  const dir = scratchDir(t);
  const pair = pairIn(dir, "one");
  const profiles = smallLadder(join(dir, "ladder"), profile);
  const app = fixtureApp("exports-app.cjs");
  return { dashd: await startDashd(t, { dir, profiles, app, stage: 1, env: pair.env, ...options }), pair };
};

const handshake = (t: TestContext, port: number, session?: Buffer): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const resumed = session === undefined ? {} : { session };
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", rejectUnauthorized: false, ...resumed });
    afterwards(t, () => void socket.destroy());
    socket.once("secureConnect", () => resolve(socket)).once("error", reject);
  });

/** A change that nobody's traffic judges: dashd asks the new generation itself, and counts a beat later. */
const reloaded = async (dashd: Instance): Promise<void> => {
  const { code, stderr } = await dashd.run("reload", "--watch-window", "4");
  assert.equal(code, 0, stderr);
};

const nameAt = async (t: TestContext, port: number): Promise<string> => {
  const socket = await handshake(t, port);
  const name = String(socket.getPeerCertificate().subject.CN);
  socket.destroy();
  return name;
};

test(
  "with certificate and key in files any app is served over TLS, and status and banner say https",
  { timeout },
  async (t) => {
    const { dashd, pair } = await startSecure(t);
    assert.equal(dashd.url, `https://127.0.0.1:${dashd.port}`);
    const answer = await fetchPage(dashd.port, "/", secure);
    assert.ok(whoAnswered(answer) !== null);
    assert.notEqual((await requestOnce(dashd.port, "/")).kind, "answer", "nothing without TLS");
    await until("the banner", () => dashd.stdout().includes(dashd.url));

    const secret = readFileSync(pair.key, "utf8").split("\n")[1] ?? "";
    const { stdout } = await dashd.run("status", "--json");
    const said = [
      stdout,
      dashd.stdout(),
      dashd.stderr(),
      (await dashd.run("logs")).stdout,
      (await dashd.run("config")).stdout,
    ];
    for (const pid of dashd.pids()) {
      said.push(readFileSync(`/proc/${pid}/cmdline`, "utf8"), readFileSync(`/proc/${pid}/environ`, "utf8"));
    }
    assert.ok(secret.length > 20 && said.every((text) => !text.includes(secret)), "the key is told nobody");
  },
);

test(
  "renewed files are shown to new clients while an open connection goes on; a bad pair is not taken",
  { timeout },
  async (t) => {
    const { dashd, pair } = await startSecure(t);
    const kept = await connected(dashd.port, secure);
    afterwards(t, () => kept.close());
    assert.ok(whoAnswered(await kept.request("/")) !== null);
    const pids = dashd.pids();

    writeFileSync(pair.key, "not a key");
    await until("the error", () => /E_TLS|stays in force/.test(dashd.stderr()));
    assert.equal(await nameAt(t, dashd.port), "one.test", "the old pair stays");

    // As certbot and Kubernetes do: other files behind the same names.
    for (const kind of ["crt", "key"]) {
      const target = join(dashd.dir, `renewed.${kind}`);
      copyFileSync(pem(`two.${kind}`), target);
      chmodSync(target, 0o600);
      symlinkSync(target, `${target}.link`);
      renameSync(`${target}.link`, kind === "crt" ? pair.cert : pair.key);
    }
    await until("the renewed certificate", async () => (await nameAt(t, dashd.port)) === "two.test");
    await until("every worker to have it", async () => {
      const names = await Promise.all(Array.from({ length: 4 }, () => nameAt(t, dashd.port)));
      return names.every((name) => name === "two.test");
    });
    assert.ok(whoAnswered(await kept.request("/")) !== null, "the open connection goes on");
    assert.deepEqual(dashd.pids(), pids, "nobody was restarted");

    await reloaded(dashd);
    assert.equal(await nameAt(t, dashd.port), "two.test", "workers born later have it too");
  },
);

for (const [what, change, told] of [
  ["a certificate that is not there", { DASHD_TLS_CERT: "/nowhere.crt" }, /DASHD_TLS_CERT.*nowhere/],
  ["the key of another certificate", { DASHD_TLS_KEY: pem("two.key") }, /the key is not that of the certificate/],
  ["a key with a passphrase", { DASHD_TLS_KEY: pem("locked.key") }, /passphrase/],
  ["a file without a certificate", { DASHD_TLS_CERT: pem("one.key") }, /no certificate/],
  ["a certificate alone", { DASHD_TLS_KEY: "" }, /DASHD_TLS_CERT is set, DASHD_TLS_KEY is not/],
] as const) {
  test(`${what} ends the start with one sentence, and nothing is forked`, { timeout }, async (t) => {
    const env = { DASHD_TLS_CERT: pem("one.crt"), DASHD_TLS_KEY: pem("one.key"), ...change };
    const finished = await launchDashd(t, { app: fixtureApp("exports-app.cjs"), env }).ended();
    assert.equal(finished.code, 64, finished.stderr);
    assert.match(finished.stderr, told);
    assert.doesNotMatch(finished.stderr, /^\s+at /m);
  });
}

test("a key that every user can read is a warning", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const pair = pairIn(dir, "one");
  chmodSync(pair.key, 0o644);
  const { dashd } = await startSecure(t, { env: pair.env });
  const { warnings } = await dashd.status();
  assert.ok(warnings.some(({ code, facts }) => code === "W_TLS_KEY_OPEN" && facts["path"] === pair.key));
  chmodSync(pair.key, 0o600);
  await until("the warning to go", async () => (await dashd.status()).warnings.length === 0);
});

test(
  "a TLS session begun with one worker is resumed by the others, and by those of a later generation",
  { timeout },
  async (t) => {
    const { dashd } = await startSecure(t, {}, { stopTimeoutSec: 2 });
    const first = await handshake(t, dashd.port);
    const ticket = new Promise<Buffer>((resolve) => first.once("session", resolve));
    first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const session = await ticket;
    const resumed = async (): Promise<boolean> => (await handshake(t, dashd.port, session)).isSessionReused();
    // Connections stay open: they go round the workers.
    for (let n = 0; n < 4; n++) assert.ok(await resumed());
    await reloaded(dashd);
    for (let n = 0; n < 4; n++) assert.ok(await resumed());
  },
);

test("no request of keep-alive users over TLS is lost by reload, stage and rollback", { timeout }, async (t) => {
  const { dashd } = await startSecure(t);
  const changes = [["reload"], ["stage", "2"], ["rollback"]];
  await assertNothingLost(t, dashd, { keepAlive: 12, oneShot: 2, secure: true, changes, atLeast: 200 });
});

test(
  "an HTTP/2 program serves both protocols, and its clients of either lose nothing in a change",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"));
    const dashd = await startDashd(t, { dir, profiles, app: fixtureApp("http2.cjs"), stage: 1 });
    assert.equal(dashd.url, `https://127.0.0.1:${dashd.port}`);
    const session = openSession(dashd.port, true);
    assert.equal(whoAnswered(await requestOn(session, "/"))?.version, "2.0");
    session.close();
    assert.equal(whoAnswered(await fetchPage(dashd.port, "/", secure))?.version, "1.1");
    const changes = [["reload"], ["stage", "2"]];
    await assertNothingLost(t, dashd, { keepAlive: 4, oneShot: 1, http2: 8, secure: true, changes, atLeast: 150 });
  },
);

test(
  "a program that speaks nothing but HTTP/2 is asked in its own tongue when nobody else comes",
  { timeout },
  async (t) => {
    for (const [listen, isSecure] of [
      ["createServer", false],
      ["createSecureServer", true],
    ] as const) {
      const dir = scratchDir(t);
      const own = `{ cert: read(${JSON.stringify(pem("one.crt"))}), key: read(${JSON.stringify(pem("one.key"))}) }`;
      const app = writeApp(
        dir,
        "http2-only.cjs",
        `const read = require("node:fs").readFileSync;
        require("node:http2").${listen}(${isSecure ? own : ""}).on("stream", (stream) => {
          stream.respond({ ":status": 200 });
          stream.end(String(process.pid));
        }).listen(8443);`,
      );
      const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), app, stage: 1 });
      assert.equal(dashd.url, `${isSecure ? "https" : "http"}://127.0.0.1:${dashd.port}`);
      await reloaded(dashd);
      const session = openSession(dashd.port, isSecure);
      const answer = await requestOn(session, "/");
      session.close();
      const pids = readyWorkers(await dashd.status()).map(({ pid }) => String(pid));
      assert.ok(answer.kind === "answer" && pids.includes(answer.body));
    }
  },
);

test(
  "clients over TLS beyond the limit wait for a place unread, and past the backlog are closed without a byte",
  { timeout },
  async (t) => {
    const profiles = writeLadder(join(scratchDir(t), "ladder"), { 1: { workers: 2, connections: 2, backlog: 1 } });
    const { dashd } = await startSecure(t, { profiles });
    const [first, second] = [await connected(dashd.port, secure), await connected(dashd.port, secure)];
    afterwards(t, () => [first, second].forEach((each) => each.close()));
    const waits = fetchPage(dashd.port, "/", secure);
    await until("a client to be held", async () => (await dashd.status()).load.held === 1);
    const refused = await requestOnce(dashd.port, "/", secure);
    assert.ok(refused.kind === "reset" || refused.kind === "empty", JSON.stringify(refused));
    first.close();
    assert.ok(whoAnswered(await waits) !== null);
  },
);

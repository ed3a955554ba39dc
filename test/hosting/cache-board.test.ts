import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import pg from "pg";
import { builtInProfilesDir, loadLadder, stageOf } from "../../lib/profile/load.ts";
import { connected, type ClientConnection } from "../client/connection.ts";
import { fetchPage } from "../client/fetch-page.ts";
import type { Answer } from "../client/outcome.ts";
import { afterwards } from "../support/afterwards.ts";
import { asDeclared } from "../support/cached-app.ts";
import { chromiumMissing, startChromium } from "../support/chromium.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";
import { quantileMs, startWatchedUsers, type Visit } from "../support/watched-users.ts";

const timeout = 300_000;
const missing = redisMissing() || postgresMissing();

describe("the four layers of cache under the board at stage 2", { skip: missing }, () => {
  it(
    "100 users: Redis emptied, silent, killed, PostgreSQL silent, stopped: all is answered within the promise, and what is old says so",
    { timeout },
    async (t) => {
      const [redis, postgres] = [await startRedis(t, { args: asDeclared }), await startPostgres(t)];
      const dashd = await startBoard(t, { REDIS_URL: redis.url, DATABASE_URL: postgres.url });
      const before = await pidsOf(dashd);
      const promiseMs = await promisedMs(100);
      const users = startWatchedUsers({ port: dashd.port, paths, count: 100, pauseMs: 500 });
      afterwards(t, () => users.stop());
      const lag = watchHostLag(t);
      /** Until enough was answered, and what has to show has shown. */
      const look = async (what: string, shows: (visit: Visit) => boolean = () => true): Promise<void> => {
        const beganMs = performance.now();
        const visits: Visit[] = [];
        users.take();
        await until(
          what,
          () => {
            visits.push(...users.take());
            const isLong = performance.now() - beganMs >= longerThanFreshMs;
            return isLong && visits.length >= 800 && visits.some(shows);
          },
          { deadlineMs: 90_000, everyMs: 100 },
        );
        const [p95Ms, lagMs] = [quantileMs(visits, 0.95), lag.worstMs(beganMs)];
        t.diagnostic(
          `${what}: ${visits.length} answers, p95 ${p95Ms.toFixed(0)} ms of ${promiseMs}, longest ${quantileMs(visits, 1).toFixed(0)} ms, host lag ${lagMs.toFixed(0)} ms`,
        );
        assert.deepEqual(
          visits.filter(({ status }) => status !== 200).map(({ path, status, body }) => `${path} ${status} ${body}`),
          [],
          what,
        );
        assert.ok(p95Ms <= promiseMs + lagMs, `${what}: p95 ${p95Ms} ms`);
        for (const { path, body, cacheStatus } of visits) {
          if (isFigures(path)) assert.ok(saysItsAge(body), `${what}: ${path} ${body.slice(0, 100)}`);
          else assert.match(cacheStatus, cacheStatusForm, path);
        }
      };
      await look("warming up", ({ path, cacheStatus }) => path === "/" && /; hit;/.test(cacheStatus));
      await look("all well");
      await redis.command("FLUSHALL");
      await look("Redis emptied");
      redis.pause();
      await look("Redis silent");
      redis.resume();
      await redis.kill();
      await look("Redis killed");
      await redis.restart();
      await look("Redis back, empty");
      postgres.pause();
      await look("PostgreSQL silent", isStale);
      postgres.resume();
      await until("fresh figures again", () => users.take().some(isFresh));
      await postgres.stop();
      await look("PostgreSQL stopped", isStale);
      await redis.kill();
      await look("both away", isStale);
      await Promise.all([postgres.restart(), redis.restart()]);
      await until("fresh figures again", () => users.take().some(isFresh), { deadlineMs: 60_000 });
      assert.deepEqual(await pidsOf(dashd), before, "no worker was restarted");
      const { cache, responseCache } = await dashd.status();
      assert.ok(cache !== null && cache.memory.stale > 0 && (cache.memory.hitRate ?? 0) > 0.5);
      assert.ok(cache.redis.errors > 0, "somebody did ask Redis while it was away");
      assert.ok(responseCache.hits > responseCache.misses);
    },
  );

  it("its pages answer in every worker while slow SQL takes every slot", { timeout }, async (t) => {
    const postgres = await startPostgres(t);
    const dashd = await startBoard(t, { DATABASE_URL: postgres.url });
    const users = await keptInEachWorker(t, dashd);
    const release = await lockTables(t, postgres.url);
    const slots = 16 * 4;
    const slow: Promise<Answer>[] = [];
    // Twice as many: the others wait in the queues.
    for (let store = 1; store <= 2 * slots; store++) {
      const user = await connected(dashd.port);
      afterwards(t, () => user.close());
      slow.push(ask(user, `/api/sales?store=${store}`));
    }
    await until("every slot to be taken", async () => (await dashd.status()).load.inFlight === slots);
    const pages = await Promise.all(users.map((user) => ask(user, "/")));
    assert.equal((await dashd.status()).load.inFlight, slots, "and none was given back meanwhile");
    assert.deepEqual(
      pages.filter((page) => !isHit(page)).map(({ status, headers }) => [status, headers.get("cache-status")]),
      [],
    );
    t.diagnostic(`longest ${Math.max(...pages.map((page) => page.endedAtMs - page.sentAtMs)).toFixed(0)} ms`);
    await release();
    // Those who got no connection to PostgreSQL were told so.
    for (const { status, body } of await Promise.all(slow)) assert.ok(status === 200 || status === 503, body);
  });

  it(
    "a browser shows how old its figures are, and that they are stale",
    { timeout, skip: chromiumMissing() },
    async (t) => {
      const postgres = await startPostgres(t);
      const dashd = await startBoard(t, { DATABASE_URL: postgres.url }, 1);
      const page = await (await startChromium(t)).newPage();
      const shown = (): Promise<string> => page.locator("#age").innerText();
      await page.goto(`${dashd.url}/?lang=en`);
      await until("their age", async () => /^figures of \d+ s ago$/.test(await shown()));
      await postgres.stop();
      await until("stale figures", async () => {
        const { body } = await fetchPage(dashd.port, "/api/sales?period=today");
        return figuresIn(body).stale;
      });
      await page.goto(`${dashd.url}/?lang=en`);
      await until("the word", async () => /^figures of [1-9]\d* \w+ ago stale$/.test(await shown()));
      await page.goto(`${dashd.url}/?lang=zh`);
      await until("the word in Chinese", async () => (await shown()).endsWith("前读取 未更新"));
    },
  );
});

const startBoard = async (t: TestContext, env: Readonly<Record<string, string>>, workers = 16): Promise<Instance> => {
  const dashd = await startDashd(t, { stage: 2, args: ["--workers", String(workers)], env });
  await until("the data are made", async () => (await fetchPage(dashd.port, "/api/sales")).status === 200);
  return dashd;
};

const promisedMs = async (users: number): Promise<number> => {
  const { promise } = stageOf(await loadLadder(builtInProfilesDir()), 2);
  return promise.find((one) => one.users === users)?.responseP95Ms ?? Number.NaN;
};

const paths = ["/", "/service", "/?lang=zh", "/api/sales", "/api/stores?period=7d", "/api/low-stock", "/api/alerts"];
const isFigures = (path: string): boolean => path.startsWith("/api/");

interface Figures {
  readonly ageMs: number;
  readonly stale: boolean;
}

const figuresIn = (body: string): Figures => JSON.parse(body) as Figures;
const isStale = ({ path, status, body }: Visit): boolean => isFigures(path) && status === 200 && figuresIn(body).stale;
const isFresh = ({ path, status, body }: Visit): boolean => isFigures(path) && status === 200 && !figuresIn(body).stale;

/** Figures are fresh for ten seconds on the board; older ones are to say so. */
const saysItsAge = (body: string): boolean => {
  const { ageMs, stale } = figuresIn(body);
  return ageMs >= 0 && (stale || ageMs <= freshMs);
};

const freshMs = 10_000;
/** So that figures have to be read anew meanwhile. */
const longerThanFreshMs = 12_000;

/** RFC 9211: given fresh, given stale (below zero), or asked of the app just now. */
const cacheStatusForm = /^dashd; (?:hit; ttl=-?\d+; detail=memory|fwd=.+)$/;

const isHit = ({ status, headers }: Answer): boolean =>
  status === 200 && headers.get("cache-status")?.startsWith("dashd; hit; ttl=") === true;

const ask = async (user: ClientConnection, path: string): Promise<Answer> => {
  const outcome = await user.request(path);
  assert.ok(outcome.kind === "answer", JSON.stringify(outcome));
  return outcome;
};

/** A connection to each worker, which has the page by then. */
const keptInEachWorker = async (t: TestContext, dashd: Instance): Promise<readonly ClientConnection[]> => {
  const users = new Map<number, ClientConnection>();
  const more: ClientConnection[] = [];
  await until("a connection to each worker", async () => {
    const user = await connected(dashd.port);
    afterwards(t, () => user.close());
    const slot: number = JSON.parse((await ask(user, "/status.json")).body).answeredBySlot;
    await until("a kept page", async () => isHit(await ask(user, "/")));
    if (users.has(slot)) more.push(user);
    else users.set(slot, user);
    return users.size === 16;
  });
  for (const user of more) user.close();
  return [...users.values()];
};

/** Whoever reads the board's tables waits until it is let go. */
const lockTables = async (t: TestContext, connectionString: string): Promise<() => Promise<void>> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  let isHeld = true;
  const release = async (): Promise<void> => {
    if (isHeld) await client.end();
    isHeld = false;
  };
  afterwards(t, release);
  const { rows } = await client.query(
    "select string_agg(format('%I.%I', schemaname, tablename), ', ') as names from pg_tables where schemaname = 'dashd_board'",
  );
  await client.query(`begin; lock table ${rows[0].names} in access exclusive mode`);
  return release;
};

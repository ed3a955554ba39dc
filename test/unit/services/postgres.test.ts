import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createPostgres, type Postgres } from "../../../lib/services/postgres/pool.ts";
import { createPostgresProbe } from "../../../lib/services/postgres/probe.ts";
import { readPostgres } from "../../../lib/services/postgres/read-server.ts";
import { afterwards } from "../../support/afterwards.ts";
import { postgresMissing, startPostgres, type PostgresServer } from "../../support/postgres.ts";
import { until, within } from "../../support/until.ts";

const now = (): number => performance.now();
const timeout = 60_000;
const skip = postgresMissing();

const poolOf = (t: TestContext, url: string, max = 3): Postgres => {
  const postgres = createPostgres({ url, max, applicationName: "dashd slot 1 gen 1", now });
  afterwards(t, postgres.close);
  return postgres;
};

const ours = async (server: PostgresServer): Promise<number> => {
  const { rows } = await server.query(
    "select count(*)::int as open from pg_stat_activity where application_name like 'dashd slot%'",
  );
  return (rows[0] as { open: number }).open;
};

const codeOf = async (failing: Promise<unknown>): Promise<string> =>
  failing.then(
    () => "no error",
    (error: unknown) => String((error as { code?: unknown }).code),
  );

const withUser = (url: string, user: string, password: string): string =>
  Object.assign(new URL(url), { username: user, password }).href;

describe("context.postgres", { skip, timeout }, () => {
  it("answers with promises, callbacks, parameters and transactions, as any pg-pool does", async (t) => {
    const { url } = await startPostgres(t);
    const { pool } = poolOf(t, url);
    assert.deepEqual((await pool.query("select $1::int + 1 as sum", [41])).rows, [{ sum: 42 }]);
    const called = new Promise((resolve, reject) => {
      pool.query("select 7 as seven", (error: Error | null, result) => (error ? reject(error) : resolve(result.rows)));
    });
    assert.deepEqual(await called, [{ seven: 7 }]);
    const client = await pool.connect();
    await client.query("begin");
    assert.equal(
      (await client.query("select current_setting('application_name') as name")).rows[0]?.name,
      "dashd slot 1 gen 1",
    );
    await client.query("rollback");
    client.release();
  });

  it("keeps its connections when the SQL is wrong or a statement takes too long", async (t) => {
    const server = await startPostgres(t);
    const { pool } = poolOf(t, `${server.url}?statement_timeout=100`, 1);
    await pool.query("select 1");
    const pid = async (): Promise<unknown> => (await pool.query("select pg_backend_pid() as pid")).rows[0]?.pid;
    const before = await pid();
    assert.equal(await codeOf(pool.query("selekt")), "42601");
    assert.equal(await codeOf(pool.query("select pg_sleep(5)")), "57014");
    assert.equal(await pid(), before);
  });

  it("never holds more connections on the server than its share, whatever happens to them", async (t) => {
    const server = await startPostgres(t);
    const postgres = poolOf(t, server.url, 3);
    const seen: number[] = [];
    let over = false;
    const watch = (async () => {
      while (!over) seen.push(await ours(server));
    })();
    const ask = async (): Promise<void> => {
      for (let round = 0; round < 10; round++)
        await postgres.pool.query("select pg_sleep(0.01)").catch(() => undefined);
    };
    const askers = Array.from({ length: 12 }, ask);
    for (let cut = 0; cut < 5; cut++) {
      await server.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dashd slot%'",
      );
    }
    await Promise.all(askers);
    over = true;
    await watch;
    assert.ok(seen.length > 5 && Math.max(...seen) > 0, "it was looked at while it worked");
    assert.ok(Math.max(...seen) <= 3, `seen at most ${Math.max(...seen)}`);
    assert.equal((await postgres.pool.query("select 1 as one")).rows[0]?.one, 1);
  });

  it("says E_POSTGRES_BUSY when all its connections stay busy", async (t) => {
    const { url } = await startPostgres(t);
    const { pool } = poolOf(t, url, 1);
    const held = await pool.connect();
    assert.equal(await codeOf(pool.query("select 1")), "E_POSTGRES_BUSY");
    held.release();
    assert.equal(await codeOf(pool.query("select 1")), "no error");
  });

  it("fails at once while the server is away, and works again once it is back, without anything being restarted", async (t) => {
    const server = await startPostgres(t);
    const postgres = poolOf(t, server.url);
    await postgres.pool.query("select 1");
    await server.kill();
    await until("the breaker opens", async () => {
      await postgres.pool.query("select 1").catch(() => undefined);
      return postgres.take().fault !== null;
    });
    assert.equal(await within("an answer at once", 1_000, codeOf(postgres.pool.query("select 1"))), "E_POSTGRES_DOWN");
    await server.restart();
    await until("it serves again", async () => (await codeOf(postgres.pool.query("select 1"))) === "no error");
    assert.equal(postgres.take().fault, null);
  });

  it("lets go of those that wait when the master finds the server silent, and serves again when it is told so", async (t) => {
    const server = await startPostgres(t);
    const postgres = poolOf(t, server.url, 1);
    const held = await postgres.pool.connect();
    const waits = codeOf(postgres.pool.query("select 1"));
    await until("it waits", () => postgres.take().waiting === 1);
    postgres.trip(true);
    assert.equal(await waits, "E_POSTGRES_DOWN");
    assert.equal(await codeOf(postgres.pool.query("select 1")), "E_POSTGRES_DOWN");
    held.release();
    postgres.trip(false);
    assert.equal(await codeOf(postgres.pool.query("select 1")), "no error");
  });

  it("survives the end of a backend in the middle of a transaction", async (t) => {
    const server = await startPostgres(t);
    const { pool } = poolOf(t, server.url, 1);
    const client = await pool.connect();
    await client.query("begin");
    await server.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dashd slot%'",
    );
    assert.notEqual(await codeOf(client.query("select 1")), "no error");
    client.release(true);
    await until("it serves again", async () => (await codeOf(pool.query("select 1"))) === "no error");
  });

  it("tells a wrong password and a server that is full from a silent one", async (t) => {
    const server = await startPostgres(t, { maxConnections: 8 });
    const wrong = poolOf(t, withUser(server.url, "postgres", "wrong"));
    assert.equal(await codeOf(wrong.pool.query("select 1")), "E_POSTGRES_DOWN");
    await server.query("create role app login password 'app'");
    const others = poolOf(t, withUser(server.url, "app", "app"), 5);
    await Promise.all(Array.from({ length: 5 }, () => others.pool.query("select pg_sleep(0.2)")));
    const app = poolOf(t, withUser(server.url, "app", "app"), 1);
    const message = await app.pool.query("select 1").then(
      () => "",
      (error: Error) => error.message,
    );
    assert.match(message, /53300/);
  });
});

describe("the master's probe of PostgreSQL", { skip, timeout }, () => {
  it("finds it up, silent, away and back, each look bounded", async (t) => {
    const server = await startPostgres(t);
    const probe = createPostgresProbe({ url: server.url, now, deadlineMs: 500 });
    afterwards(t, probe.close);
    const state = async (): Promise<string> => (await within("a look", 5_000, probe.look())).state;
    assert.equal(await state(), "up");
    assert.equal((await probe.look()).maxConnections, 100);
    server.pause();
    // One deadline missed may be a busy host.
    assert.equal(await state(), "slow");
    assert.equal(await state(), "down");
    server.resume();
    await until("it is up again", async () => (await state()) === "up");
    await server.kill();
    const { state: refused, reason } = await probe.look();
    assert.equal(refused, "down");
    assert.equal(reason?.facts["fault"], "ECONNREFUSED");
    await server.restart();
    await until("it is up again", async () => (await state()) === "up");
  });

  it("finds it up at once after a restart that it did not see", async (t) => {
    const server = await startPostgres(t);
    const probe = createPostgresProbe({ url: server.url, now });
    afterwards(t, probe.close);
    assert.equal((await probe.look()).state, "up");
    await server.restart();
    assert.equal((await probe.look()).state, "up");
  });

  it("reads what a server allows and what others hold", async (t) => {
    const server = await startPostgres(t, { maxConnections: 30 });
    const found = await readPostgres(server.url, 5_000);
    assert.equal(found.maxConnections, 30);
    assert.equal(found.reserved, 3);
    assert.equal(found.usedByOthers, 0);
    assert.match(found.version, /^\d+/);
  });
});

import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import pg from "pg";
import { startProxy, type TcpProxy } from "../faults/tcp-proxy.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { postgresMissing, startPostgres, type PostgresServer } from "../support/postgres.ts";
import { watchConnections } from "../support/postgres-connections.ts";
import { assertOnlyItsPagesSuffer, type Sickness } from "../support/sickness.ts";
import { command } from "../support/versioned.ts";
import { until } from "../support/until.ts";

const timeout = 180_000;

describe("while PostgreSQL is sick, under 100 users at stage 2", { skip: postgresMissing(), timeout }, () => {
  it("only the pages that need it suffer when it is silent", async (t) => {
    const { dashd, server } = await startBoth(t);
    await suffer(t, dashd, server, { fallIll: server.pause, recover: server.resume });
  });

  it("only the pages that need it suffer when it is killed and restarted", async (t) => {
    const { dashd, server } = await startBoth(t);
    await suffer(t, dashd, server, { fallIll: server.kill, recover: server.restart });
  });

  it("only the pages that need it suffer when every answer is late by 5 s", async (t) => {
    const { dashd, server, proxy } = await startBoth(t);
    await suffer(t, dashd, server, { fallIll: () => proxy.delay(5_000), recover: () => proxy.delay(0) });
  });

  it("only the pages that need it suffer when others use up max_connections", async (t) => {
    const { dashd, server } = await startBoth(t, "app");
    const others: pg.Client[] = [];
    afterwards(t, async () => void (await Promise.all(others.map((client) => client.end()))));
    const fallIll = async (): Promise<void> => {
      // Kept out while others come in, so that the workers do not win the race for the last places.
      await server.query("alter role app connection limit 0");
      await server.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dashd slot%'",
      );
      await until("nothing is free", async () => {
        const client = new pg.Client({ connectionString: asRole(server.url, "other") });
        client.on("error", () => undefined);
        return client.connect().then(
          () => {
            others.push(client);
            return false;
          },
          () => true,
        );
      });
      // Whoever knocks takes a place for a moment, so that even the reserved ones may be gone.
      await until("a place for the superuser", () =>
        server.query("alter role app connection limit -1").then(() => true),
      );
    };
    const recover = async (): Promise<void> => {
      await Promise.all(others.splice(0).map((client) => client.end()));
    };
    await suffer(t, dashd, server, { fallIll, recover });
  });

  it("nobody but the running queries notices that all backends are terminated, and the budget holds through a reload", async (t) => {
    const { dashd, server } = await startBoth(t);
    const seen = watchConnections(server);
    afterwards(t, async () => void (await seen.stop()));
    const ask = async (): Promise<number> => (await fetch(`${dashd.url}/postgres`)).status;
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 64 }, ask));
      await server.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dashd slot%'",
      );
      await until("it serves again", async () => (await ask()) === 200);
    }
    const one = await seen.stop();
    assert.ok(one.highest > 0 && one.highest <= 40, `at most 40 connections, seen ${one.highest}`);
    const during = watchConnections(server);
    afterwards(t, async () => void (await during.stop()));
    const load = Array.from({ length: 600 }, ask);
    await command(dashd, "reload", "--watch-window", "1");
    await Promise.all(load);
    const two = await during.stop();
    t.diagnostic(`connections: ${one.highest} of one generation, ${two.highest} of two, ${two.highestOfOne} of either`);
    assert.ok(two.highest <= 80 && two.highestOfOne <= 40);
  });
});

const startBoth = async (
  t: TestContext,
  role = "postgres",
): Promise<{ readonly dashd: Instance; readonly server: PostgresServer; readonly proxy: TcpProxy }> => {
  const server = await startPostgres(t);
  for (const name of ["app", "other"]) await server.query(`create role ${name} login password '${name}'`);
  const proxy = await startProxy(t, server.port);
  const url = new URL(role === "postgres" ? server.url : asRole(server.url, role));
  url.port = String(proxy.port);
  const dashd = await startDashd(t, {
    app: fixtureApp("services.mjs"),
    stage: 2,
    env: { DATABASE_URL: url.href },
  });
  const { services, limits } = await dashd.status();
  assert.equal(services.postgres.state, "up");
  assert.equal(limits.find(({ name }) => name === "postgres.connections")?.effective, 40);
  return { dashd, server, proxy };
};

const asRole = (url: string, role: string): string =>
  Object.assign(new URL(url), { username: role, password: role }).href;

const suffer = async (
  t: TestContext,
  dashd: Instance,
  server: PostgresServer,
  sickness: Pick<Sickness, "fallIll" | "recover">,
): Promise<void> => {
  const connections = watchConnections(server);
  afterwards(t, async () => void (await connections.stop()));
  await assertOnlyItsPagesSuffer(t, dashd, {
    service: "postgres",
    paths: ["/plain", "/postgres"],
    // A statement's deadline, after that for its connection.
    deadlineMs: 16_000,
    lastsMs: 8_000,
    ...sickness,
  });
  const { highest } = await connections.stop();
  assert.ok(highest > 0 && highest <= 40, `at most 40 connections on the server, seen ${highest}`);
};

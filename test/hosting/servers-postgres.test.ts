import assert from "node:assert/strict";
import test from "node:test";
import { existsSync, readFileSync } from "node:fs";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { isAlive } from "../support/processes.ts";
import { until } from "../support/until.ts";

const skip = postgresMissing();

test("a PostgreSQL keeps its data and port over stop, kill and restart", { skip }, async (t) => {
  const server = await startPostgres(t, { maxConnections: 30, settings: { work_mem: "8MB" } });
  const first = server.pid;
  assert.deepEqual((await server.query("select current_setting('max_connections') as n")).rows, [{ n: "30" }]);
  assert.deepEqual((await server.query("select current_setting('work_mem') as n")).rows, [{ n: "8MB" }]);
  await server.query("create table kept as select 7 as n");
  const { url } = server;

  await server.stop();
  assert.equal(isAlive(first), false);
  await assert.rejects(server.query("select 1"), { code: "ECONNREFUSED" });

  await server.restart();
  assert.notEqual(server.pid, first);
  const family = server.pids();
  assert.ok(family.length > 2, `${family.length} processes`);
  await server.kill();
  assert.deepEqual(family.filter(isAlive), []);

  await server.restart();
  assert.equal(server.url, url);
  assert.deepEqual((await server.query("select n from kept where n = $1", [7])).rows, [{ n: 7 }]);
});

test("a paused PostgreSQL is silent, and answers what was asked once it is resumed", { skip }, async (t) => {
  const server = await startPostgres(t);
  server.pause();
  await until("all of it to be stopped", () => server.pids().every(isStopped));
  let answered = false;
  const asked = server.query("select 1 as n").then(({ rows }) => {
    answered = true;
    return rows;
  });
  assert.equal(answered, false);
  server.resume();
  assert.deepEqual(await asked, [{ n: 1 }]);
});

test("nothing of a PostgreSQL is left when its test ends, paused or not", { skip }, async (t) => {
  const left: { dir: string; pids: readonly number[] }[] = [];
  await t.test("one that is running, one that is paused", async (inner) => {
    for (const server of await Promise.all([startPostgres(inner), startPostgres(inner)])) {
      left.push({ dir: server.dir, pids: server.pids() });
      if (left.length === 2) server.pause();
    }
  });
  for (const { dir, pids } of left) {
    assert.deepEqual(pids.filter(isAlive), []);
    assert.equal(existsSync(dir), false);
  }
});

/** Or has just ended, and its parent cannot see to it. */
const isStopped = (pid: number): boolean => /\) [TZ] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

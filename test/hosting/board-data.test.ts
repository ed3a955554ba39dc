import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import pg from "pg";
import { dayText, wallClock } from "../../lib/board/data/clock.ts";
import { prepare } from "../../lib/board/data/prepare.ts";
import { type Filter, periods, readLowStock, readSales } from "../../lib/board/data/queries.ts";
import { dataVersion } from "../../lib/board/data/schema.ts";
import { troubles } from "../../lib/board/data/stores.ts";
import { afterwards } from "../support/afterwards.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { until } from "../support/until.ts";
import { serveBoard } from "../unit/board/serve-board.ts";

/** A quiet afternoon: no midnight passes while the test runs. */
const now = (): Date => new Date(2026, 5, 17, 15, 30, 20);

describe("the board's data in PostgreSQL", { skip: postgresMissing(), timeout: 120_000 }, () => {
  it("are made once, by one of the workers that start together, and give true figures", async (t) => {
    const pool = await poolOf(t);
    await pool.query("create table public.theirs as select 42 as answer");
    const boards = await Promise.all([1, 2, 3].map((slot) => serveBoard(t, { postgres: pool, slot }, now)));
    const [board] = boards;
    assert.ok(board);
    const first = await board.get("/api/sales");
    assert.equal(first.status, 503);
    assert.match(await first.text(), /E_PREPARING/);
    for (const { get } of boards)
      await until("the figures", async () => (await get("/api/sales")).status === 200, { deadlineMs: 60_000 });
    const makers = boards.filter(({ logged }) => logged.some((line) => line.includes("data are made")));
    assert.equal(makers.length, 1, "one worker made them");
    assert.deepEqual(
      boards.flatMap(({ logged }) => logged.filter((line) => !line.includes("data are made"))),
      [],
    );
    assert.deepEqual((await pool.query("select answer from public.theirs")).rows, [{ answer: 42 }]);

    await t.test("sales are the sum of the orders, for every period and place", async () => {
      for (const period of Object.keys(periods) as (keyof typeof periods)[])
        for (const place of [{}, { region: "east" }, { storeId: 12 }]) {
          const filter: Filter = { period, region: null, storeId: null, now: wallClock(now()).text, ...place };
          const { totals, series, asOf } = await readSales(pool, filter);
          const { days, shift } = periods[period];
          const today = wallClock(now()).day;
          const sum = async (back: number): Promise<unknown> => {
            const { rows } = await pool.query(
              `select coalesce(sum(total_cents), 0)::float8 as "salesCents", count(*)::float8 as orders,
                 (count(*) filter (where refund_cents > 0))::float8 as returned
               from dashd_board.orders join dashd_board.stores on stores.id = store_id
               where at >= $1::date and at <= $2 and ($3::text is null or region = $3) and ($4::int is null or store_id = $4)`,
              [dayText(today - days + 1 - back), `${dayText(today - back)} 15:30:20`, filter.region, filter.storeId],
            );
            return rows[0];
          };
          assert.deepEqual(totals.now, await sum(0), `${period} now`);
          assert.deepEqual(totals.before, await sum(shift), `${period} before`);
          assert.equal(series.length, days === 1 ? 24 : days);
          assert.equal(
            series.reduce((all, point) => all + (point.now ?? 0), 0),
            totals.now.salesCents,
          );
          assert.ok(asOf !== null && asOf <= filter.now, `${asOf}`);
        }
    });

    await t.test("every page answers, and the alerts name the stores in trouble", async () => {
      const { get } = board;
      const read = async (path: string) => {
        const answer = await get(path);
        assert.equal(answer.status, 200, path);
        return answer.json() as Promise<Record<string, unknown>>;
      };
      const { alerts } = (await read("/api/alerts")) as { alerts: readonly { storeId: number }[] };
      assert.deepEqual(alerts.map(({ storeId }) => String(storeId)).toSorted(), Object.keys(troubles).toSorted());
      assert.equal(((await read("/api/names"))["stores"] as unknown[]).length, 40);
      assert.equal(((await read("/api/stores?period=7d"))["stores"] as unknown[]).length, 40);
      assert.equal(((await read("/api/stores?region=west"))["stores"] as unknown[]).length, 5);
      assert.equal(((await read("/api/categories?period=30d"))["categories"] as unknown[]).length, 8);
      assert.deepEqual((await read("/api/stores?store=999"))["stores"], []);
    });

    await t.test("low stock is what the morning had less what today sold, the empty shelves first", async () => {
      const filter: Filter = { period: "today", region: null, storeId: null, now: wallClock(now()).text };
      const stock = await readLowStock(pool, filter);
      assert.equal(stock.shelves, 40 * 304);
      assert.ok(stock.out > 100 && stock.low > 50, `${stock.out} out, ${stock.low} low`);
      assert.equal(stock.items.length, 25);
      const tomorrow = await readLowStock(pool, { ...filter, now: `${wallClock(now()).text.slice(0, 10)} 23:59:59` });
      assert.ok(tomorrow.out >= stock.out, "the day only empties the shelves");
      const filled = await readLowStock(pool, { ...filter, storeId: 999 });
      assert.deepEqual([filled.shelves, filled.items], [0, []]);
    });

    await t.test("data of another version are made anew, and nothing else is touched", async () => {
      await pool.query(`update dashd_board.marker set version = ${dataVersion + 1}`);
      const { get } = await serveBoard(t, { postgres: pool }, now);
      await until("the figures", async () => (await get("/api/sales")).status === 200, { deadlineMs: 60_000 });
      assert.deepEqual((await pool.query("select version from dashd_board.marker")).rows, [{ version: dataVersion }]);
      assert.deepEqual((await pool.query("select answer from public.theirs")).rows, [{ answer: 42 }]);
      assert.deepEqual((await pool.query("select to_regnamespace('dashd_board_next') as left")).rows, [{ left: null }]);
    });
  });

  it("leave nothing behind when they are half made, and a schema of somebody else alone", async (t) => {
    const pool = await poolOf(t);
    const draining = new AbortController();
    const logged: string[] = [];
    const line = (...values: readonly unknown[]): void => void logged.push(values.map(String).join(" "));
    const log = { debug: line, info: line, warn: line, error: line };
    prepare({ pool, now, log, signal: draining.signal, isLeader: () => true });
    const isSeeding = "select 1 from pg_stat_activity where query like 'insert into dashd_board_next%'";
    await until("the data to be on their way", async () => (await pool.query(isSeeding)).rows.length > 0, {
      everyMs: 5,
    });
    draining.abort();
    await until("the maker to let go", () => pool.idleCount === pool.totalCount);
    const left = "select count(*)::int as schemas from pg_namespace where nspname like 'dashd_board%'";
    assert.deepEqual((await pool.query(left)).rows, [{ schemas: 0 }]);

    await pool.query("create schema dashd_board; create table dashd_board.theirs ()");
    const { get } = await serveBoard(t, { postgres: pool }, now);
    await until("the refusal", async () => {
      const answer = await get("/api/sales");
      return answer.status === 503 && (await answer.text()).includes("E_SCHEMA_TAKEN");
    });
    assert.equal(
      (await pool.query("select to_regclass('dashd_board.theirs') is not null as there")).rows[0].there,
      true,
    );
  });
});

const poolOf = async (t: TestContext): Promise<pg.Pool> => {
  const { url } = await startPostgres(t);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  afterwards(t, () => pool.end());
  return pool;
};

import type { Connection } from "./database.ts";
import { dayText } from "./clock.ts";
import { daysAhead, daysBack, type Order, ordersOfDay } from "./orders.ts";
import { products } from "./products.ts";
import { createTables, dataVersion, finishTables, schema, schemaInTheMaking } from "./schema.ts";
import { stockOfAllStores } from "./stock.ts";
import { stores } from "./stores.ts";

/**
 * Makes all data anew in place of those that are there, inside the transaction of the caller; about three seconds. It
 * gives way to the requests of its worker between the batches. Throws the signal's reason when that fires.
 */
export const seed = async (client: Connection, anchorDay: number, signal: AbortSignal): Promise<void> => {
  const run = async (text: string, values: readonly unknown[] = []): Promise<void> => {
    signal.throwIfAborted();
    // A statement of several commands must go without values.
    const query = { text: text.replaceAll("%", schemaInTheMaking), query_timeout: batchTimeoutMs };
    await client.query(values.length === 0 ? query : { ...query, values: [...values] });
  };
  await run(`set local statement_timeout = ${batchTimeoutMs}; set local synchronous_commit = off`);
  await run("create schema %");
  await run(createTables);
  await run(insertStores, columns(stores, ["id", "region", "en", "zh"]));
  await run(insertProducts, columns(products, ["id", "categoryId", "en", "zh", "priceCents"]));
  for (let day = anchorDay - daysBack; day <= anchorDay + daysAhead; day += daysPerBatch) {
    const days = Array.from({ length: Math.min(daysPerBatch, anchorDay + daysAhead - day + 1) }, (_, at) => day + at);
    const orders = days.flatMap((each) => ordersOfDay(each, anchorDay));
    await run(insertOrders, columns(orders, ["id", "storeId", "at", "totalCents", "refundCents"]));
    await run(insertLines, columns(linesOf(orders), lineColumns));
  }
  await run(finishTables);
  const stock = columns(stockOfAllStores(anchorDay), ["storeId", "productId", "level", "reorderAt"]);
  await run(insertStock, [...stock, dayText(anchorDay)]);
  await run("insert into %.marker (version, anchor_day) values ($1, $2)", [dataVersion, dayText(anchorDay)]);
  await run(`drop schema if exists ${schema} cascade; alter schema % rename to ${schema}`);
};

/** One array per column, as unnest takes them. */
const columns = <Row>(rows: readonly Row[], names: readonly (keyof Row)[]): readonly unknown[][] =>
  names.map((name) => rows.map((row) => row[name]));

const lineColumns = ["orderId", "storeId", "at", "productId", "categoryId", "quantity", "amountCents"] as const;

const linesOf = (orders: readonly Order[]) =>
  orders.flatMap(({ id: orderId, storeId, at, lines }) => lines.map((line) => ({ orderId, storeId, at, ...line })));

const insertStores = `insert into %.stores select * from unnest($1::int[], $2::text[], $3::text[], $4::text[])`;

const insertProducts = `insert into %.products select * from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::int[])`;

const insertOrders = `insert into %.orders
  select * from unnest($1::bigint[], $2::int[], $3::timestamp[], $4::int[], $5::int[])`;

const insertLines = `insert into %.order_lines
  select * from unnest($1::bigint[], $2::int[], $3::timestamp[], $4::int[], $5::int[], $6::int[], $7::int[])`;

const insertStock = `insert into %.stock
  select given.store_id, given.product_id, given.level, given.reorder_at, coalesce(sold.per_day, 0)
  from unnest($1::int[], $2::int[], $3::int[], $4::int[]) as given (store_id, product_id, level, reorder_at)
  left join (
    select store_id, product_id, sum(quantity) / 28.0 as per_day from %.order_lines
    where at >= $5::date - 28 and at < $5::date group by 1, 2) as sold using (store_id, product_id)`;

const daysPerBatch = 3;
const batchTimeoutMs = 60_000;

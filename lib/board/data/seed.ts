import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
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
  const copy = async <Row>(table: string, rows: readonly Row[], names: readonly (keyof Row)[]): Promise<void> => {
    signal.throwIfAborted();
    const stream = client.query(copyFrom(`copy ${schemaInTheMaking}.${table} from stdin`));
    // A silent server would be waited for without end: a copy has no query_timeout.
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(batchTimeoutMs)]);
    await pipeline(Readable.from([copyText(rows, names)]), stream, { signal: deadline });
  };
  await run(`set local statement_timeout = ${batchTimeoutMs}; set local synchronous_commit = off`);
  await run("create schema %");
  await run(createTables);
  await copy("stores", stores, ["id", "region", "en", "zh"]);
  await copy("products", products, ["id", "categoryId", "en", "zh", "priceCents"]);
  for (let day = anchorDay - daysBack; day <= anchorDay + daysAhead; day += daysPerBatch) {
    const days = Array.from({ length: Math.min(daysPerBatch, anchorDay + daysAhead - day + 1) }, (_, at) => day + at);
    const orders = days.flatMap((each) => ordersOfDay(each, anchorDay));
    await copy("orders", orders, ["id", "storeId", "at", "totalCents", "refundCents"]);
    await copy("order_lines", linesOf(orders), lineColumns);
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

/** COPY's text format: a line a row, tabs between columns. */
const copyText = <Row>(rows: readonly Row[], names: readonly (keyof Row)[]): string =>
  rows.map((row) => `${names.map((name) => escaped(String(row[name]))).join("\t")}\n`).join("");

const escaped = (text: string): string => text.replaceAll(/[\\\t\n\r]/g, (found) => escapes[found] ?? found);

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

const lineColumns = ["orderId", "storeId", "at", "productId", "categoryId", "quantity", "amountCents"] as const;

const linesOf = (orders: readonly Order[]) =>
  orders.flatMap(({ id: orderId, storeId, at, lines }) => lines.map((line) => ({ orderId, storeId, at, ...line })));

const insertStock = `insert into %.stock
  select given.store_id, given.product_id, given.level, given.reorder_at, coalesce(sold.per_day, 0)
  from unnest($1::int[], $2::int[], $3::int[], $4::int[]) as given (store_id, product_id, level, reorder_at)
  left join (
    select store_id, product_id, sum(quantity) / 28.0 as per_day from %.order_lines
    where at >= $5::date - 28 and at < $5::date group by 1, 2) as sold using (store_id, product_id)`;

const daysPerBatch = 3;
const batchTimeoutMs = 60_000;

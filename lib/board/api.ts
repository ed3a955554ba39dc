import { Router, type Request, type Response } from "express";
import type { ContextLog } from "../index.ts";
import { type DataFault, dataFault, faultOf } from "./data-fault.ts";
import { alertsOf } from "./data/alerts.ts";
import { wallClock } from "./data/clock.ts";
import type { Database } from "./data/database.ts";
import type { Preparation, Readiness } from "./data/prepare.ts";
import {
  type Filter,
  periods,
  readCategories,
  readHealth,
  readLowStock,
  readSales,
  readStoreNames,
  readStores,
} from "./data/queries.ts";
import { regions } from "./data/stores.ts";
import { langOf } from "./page-lang.ts";
import { pageWords } from "./page-words.ts";

/** `database` null: there is no PostgreSQL. */
export interface ApiNeeds {
  readonly database: Database | null;
  readonly preparation: Preparation | null;
  readonly now: () => Date;
  readonly log: ContextLog;
}

/**
 * The figures of the board as JSON. All take `?period=today|7d|30d` (today), `?region=` (one of `regions`), `?store=`
 * (its id) and `?lang=en|zh` (for the sentence of an error); times are the wall clock of the server, money is in fen.
 *
 * | path | gives |
 * | --- | --- |
 * | /api/names | what can be filtered by: `{ regions, stores }` |
 * | /api/sales | `Sales`: totals against the span before, by hour or day, and `asOf` |
 * | /api/stores | `{ stores: StoreSales[] }`, best first |
 * | /api/categories | `{ categories: CategorySales[] }`, best first |
 * | /api/low-stock | `LowStock`, as of now whatever the period |
 * | /api/alerts | `{ alerts: StoreAlert[] }`, as of now whatever the period, the worst first |
 *
 * Errors are `{ error: { code, message } }`: 400 for a filter that is none, 503 with Retry-After while data cannot be had.
 */
export const createApi = (needs: ApiNeeds): Router => {
  const api = Router();
  const give = (path: string, read: Read): void => {
    // Express 5 waits for the promise.
    api.get(path, (request, response) => answer(needs, read, request, response));
  };
  give("/names", async (database) => ({ regions, stores: await readStoreNames(database) }));
  give("/sales", readSales);
  give("/stores", async (database, filter) => ({ stores: await readStores(database, filter) }));
  give("/categories", async (database, filter) => ({ categories: await readCategories(database, filter) }));
  give("/low-stock", readLowStock);
  give("/alerts", async (database, filter) => ({ alerts: alertsOf(await readHealth(database, filter)) }));
  api.use((request, response) => refuse(request, response, 404, "E_NOT_FOUND"));
  return api;
};

type Read = (database: Database, filter: Filter) => Promise<object>;

const answer = async (needs: ApiNeeds, read: Read, request: Request, response: Response): Promise<void> => {
  const filter = filterOf(request, needs.now());
  if (filter === null) {
    refuse(request, response, 400, "E_FILTER");
    return;
  }
  const found = await readOrFault(needs, read, filter, request.path);
  if (found.fault === null) response.json(found.data);
  else {
    response.set("Retry-After", String(found.fault.retryAfterSec));
    refuse(request, response, found.fault.status, found.fault.code);
  }
};

type Found = { readonly fault: null; readonly data: object } | { readonly fault: DataFault };

const readOrFault = async (
  { database, preparation, log }: ApiNeeds,
  read: Read,
  filter: Filter,
  path: string,
): Promise<Found> => {
  if (database === null || preparation === null) return { fault: dataFault("E_NO_DATABASE") };
  const known = faultOfReadiness(preparation.readiness());
  if (known !== null) return { fault: known };
  try {
    return { fault: null, data: await read(database, filter) };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code === "E_PREPARING") preparation.lost();
    if (fault.code === "E_DATA") log.error(`the board could not read ${path}:`, error);
    return { fault };
  }
};

/** Null: the filter is none. */
const filterOf = ({ query }: Request, now: Date): Filter | null => {
  const { period = "today", region = "", store = "" } = query;
  if (typeof period !== "string" || !Object.hasOwn(periods, period)) return null;
  if (typeof region !== "string" || (region !== "" && !regions.some((known) => known === region))) return null;
  if (typeof store !== "string" || !/^\d{0,6}$/.test(store)) return null;
  return {
    period: period as keyof typeof periods,
    region: region === "" ? null : region,
    storeId: store === "" ? null : Number(store),
    now: wallClock(now).text,
  };
};

const faultOfReadiness = (readiness: Readiness): DataFault | null => {
  switch (readiness.state) {
    case "ready":
    case "absent":
      return null;
    case "preparing":
      return dataFault("E_PREPARING");
    case "taken":
      return dataFault("E_SCHEMA_TAKEN");
    case "sick":
      return faultOf(readiness.error);
  }
};

const refuse = (request: Request, response: Response, status: number, code: string): void => {
  const message = pageWords(langOf(request)).faults[code] ?? code;
  response.status(status).json({ error: { code, message } });
};

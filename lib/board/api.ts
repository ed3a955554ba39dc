import { Router, type Request, type Response } from "express";
import type { Cache, CacheLoad, ContextLog } from "../index.ts";
import { type DataFault, dataFault, faultOf } from "./data-fault.ts";
import { alertsOf } from "./data/alerts.ts";
import { wallClock } from "./data/clock.ts";
import type { Database } from "./data/database.ts";
import type { Preparation, Readiness } from "./data/prepare.ts";
import { dataVersion } from "./data/schema.ts";
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
  readonly cache: Cache;
  readonly now: () => Date;
  readonly log: ContextLog;
}

/**
 * The figures of the board as JSON. All take `?period=today|7d|30d` (today), `?region=` (one of `regions`), `?store=`
 * (its id) and `?lang=en|zh` (for the sentence of an error); times are the wall clock of the server, money is in fen. Each
 * tells how old its figures are: `ageMs`, and `stale` where they should have been replaced by now.
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
  const place = placeOf(request);
  if (place === null) {
    refuse(request, response, 400, "E_FILTER");
    return;
  }
  const found = await readOrFault(needs, read, place, request.path);
  if (found.fault === null) response.json(found.data);
  else {
    response.set("Retry-After", String(found.fault.retryAfterSec));
    refuse(request, response, found.fault.status, found.fault.code);
  }
};

type Found = { readonly fault: null; readonly data: object } | { readonly fault: DataFault };

/** Of the cache, or of the database: what once was read is shown, marked stale, where it cannot be read again. */
const readOrFault = async (needs: ApiNeeds, read: Read, place: Place, path: string): Promise<Found> => {
  const { database, preparation, cache, log } = needs;
  if (database === null || preparation === null) return { fault: dataFault("E_NO_DATABASE") };
  const load: CacheLoad<object> = async () => {
    const known = faultOfReadiness(preparation.readiness());
    if (known !== null) throw new NotReady(known);
    try {
      return await read(database, { ...place, now: wallClock(needs.now()).text });
    } catch (error) {
      const { code } = faultOf(error);
      if (code === "E_PREPARING") preparation.lost();
      if (code === "E_DATA") log.error(`the board could not read ${path}:`, error);
      throw error;
    }
  };
  const { period, region, storeId } = place;
  const key = [`v${dataVersion}`, path, period, region ?? "", storeId ?? ""].join(":");
  try {
    const { value, ageMs, stale } = await cache.getEntry(key, keeping, load);
    return { fault: null, data: { ...value, ageMs, stale } };
  } catch (error) {
    return { fault: error instanceof NotReady ? error.fault : faultOf(error) };
  }
};

class NotReady extends Error {
  readonly fault: DataFault;

  constructor(fault: DataFault) {
    super(fault.code);
    this.fault = fault;
  }
}

/** On everything that is read; invalidated when the data are made anew. */
export const figuresTag = "figures";

/** An open page asks every 30 s: it hardly ever waits for a query, and shows nothing older than that plus ten. */
const keeping = { ttl: 10, stale: 120, tags: [figuresTag], timeout: 10 };

type Place = Omit<Filter, "now">;

/** Null: the filter is none. */
const placeOf = ({ query }: Request): Place | null => {
  const { period = "today", region = "", store = "" } = query;
  if (typeof period !== "string" || !Object.hasOwn(periods, period)) return null;
  if (typeof region !== "string" || (region !== "" && !regions.some((known) => known === region))) return null;
  if (typeof store !== "string" || !/^\d{0,6}$/.test(store)) return null;
  return {
    period: period as keyof typeof periods,
    region: region === "" ? null : region,
    storeId: store === "" ? null : Number(store),
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

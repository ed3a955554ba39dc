import type { Database } from "./database.ts";
import { categories } from "./products.ts";
import { schema } from "./schema.ts";

/** What is asked about. Null: all of them. */
export interface Filter {
  readonly period: Period;
  readonly region: string | null;
  readonly storeId: number | null;
  /** Local wall clock, `2026-11-23 14:05:09`: nothing after it is seen. */
  readonly now: string;
}

export type Period = keyof typeof periods;

/** Days with today; how many days before lies what they are compared with. Whole weeks: a Sunday is compared with a Sunday. */
export const periods = {
  today: { days: 1, shift: 7 },
  "7d": { days: 7, shift: 7 },
  "30d": { days: 30, shift: 35 },
} as const;

/** Chosen figures of a span of time. */
export interface Figures {
  readonly salesCents: number;
  readonly orders: number;
  readonly returned: number;
}

export interface Sales {
  /** The last order that is counted, local; null where there is none. */
  readonly asOf: string | null;
  /** Up to now, and up to the same moment of the span before. */
  readonly totals: { readonly now: Figures; readonly before: Figures };
  readonly unit: "hour" | "day";
  /**
   * By hour (0..23) or by day (ISO date). `now` is null after now; `before` goes on to the end of its day. What is still
   * going on (this hour, today) is the last `now` that is not null.
   */
  readonly series: readonly { readonly at: string; readonly now: number | null; readonly before: number }[];
}

/** Sales of the period against the one before, in total and by hour or day. */
export const readSales = async (database: Database, filter: Filter): Promise<Sales> => {
  const { days } = periods[filter.period];
  const [totals, series] = await Promise.all([
    ask<TotalsRow>(database, totalsText, filterValues(filter)),
    ask<SeriesRow>(database, days === 1 ? hoursText : daysText, filterValues(filter)),
  ]);
  return {
    asOf: totals[0]?.as_of ?? null,
    totals: { now: figuresOf(totals, "now"), before: figuresOf(totals, "before") },
    unit: days === 1 ? "hour" : "day",
    series: series.map(({ at, sales, sales_before }) => ({ at, now: sales, before: sales_before })),
  };
};

export interface StoreSales {
  readonly id: number;
  readonly region: string;
  readonly en: string;
  readonly zh: string;
  readonly salesCents: number;
  readonly beforeCents: number;
  readonly orders: number;
  readonly returned: number;
}

/** Every store of the filter, best sales first; those that sold nothing too. */
export const readStores = (database: Database, filter: Filter): Promise<readonly StoreSales[]> =>
  ask<StoreSales>(database, storesText, filterValues(filter));

export interface CategorySales {
  readonly category: string;
  readonly salesCents: number;
  readonly beforeCents: number;
  readonly units: number;
}

export const readCategories = async (database: Database, filter: Filter): Promise<readonly CategorySales[]> => {
  const rows = await ask<CategoryRow>(database, categoriesText, filterValues(filter));
  return rows.map(({ id, ...row }) => ({ category: categories[id - 1] ?? String(id), ...row }));
};

export interface LowStock {
  /** Shelves (a product in a store) with none left, and with fewer than they should have. */
  readonly out: number;
  readonly low: number;
  readonly shelves: number;
  /** The most pressing first: none left before few left, what sells fast before what sells slowly. */
  readonly items: readonly LowStockItem[];
}

export interface LowStockItem {
  readonly storeId: number;
  readonly storeEn: string;
  readonly storeZh: string;
  readonly en: string;
  readonly zh: string;
  readonly category: string;
  readonly left: number;
  readonly reorderAt: number;
  readonly soldPerDay: number;
}

export const readLowStock = async (database: Database, filter: Filter): Promise<LowStock> => {
  const rows = await ask<LowStockRow>(database, lowStockText, placeValues(filter));
  const { out = 0, low = 0, shelves = 0 } = rows[0] ?? {};
  const items = rows.flatMap(({ out: _out, low: _low, shelves: _shelves, categoryId, ...item }) =>
    item.storeId === null ? [] : [{ ...item, category: categories[(categoryId ?? 0) - 1] ?? "" } as LowStockItem],
  );
  return { out, low, shelves, items };
};

/** What the alerts are judged by, one row per store. */
export interface StoreHealth {
  readonly id: number;
  readonly en: string;
  readonly zh: string;
  /** Seven full days before today, and the mean of the three weeks before them. */
  readonly weekCents: number;
  readonly usualCents: number;
  readonly weekOrders: number;
  readonly weekReturned: number;
  readonly todayOrders: number;
  /** Up to the same time a week ago. */
  readonly lastWeekOrders: number;
  readonly shelves: number;
  readonly out: number;
}

export const readHealth = (database: Database, filter: Filter): Promise<readonly StoreHealth[]> =>
  ask<StoreHealth>(database, healthText, placeValues(filter));

export interface StoreName {
  readonly id: number;
  readonly region: string;
  readonly en: string;
  readonly zh: string;
}

/** What can be filtered by. */
export const readStoreNames = (database: Database): Promise<readonly StoreName[]> =>
  ask<StoreName>(database, `select id, region, name_en as en, name_zh as zh from ${schema}.stores order by id`, []);

const ask = async <Row extends object>(
  database: Database,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> => {
  const { rows } = await database.query<Row>({ text, values: [...values], query_timeout: queryTimeoutMs });
  return rows;
};

/** A page that waits longer is of no use to anybody. */
const queryTimeoutMs = 4000;

/** $1 now, $2 region, $3 store, $4 days, $5 days back. */
const filterValues = (filter: Filter): readonly unknown[] => {
  const { days, shift } = periods[filter.period];
  return [...placeValues(filter), days, shift];
};

const placeValues = ({ now, region, storeId }: Filter): readonly unknown[] => [now, region, storeId];

interface TotalsRow {
  readonly which: "now" | "before";
  readonly as_of: string | null;
  readonly sales: number;
  readonly orders: number;
  readonly returned: number;
}

interface SeriesRow {
  readonly at: string;
  readonly sales: number | null;
  readonly sales_before: number;
}

interface CategoryRow extends Omit<CategorySales, "category"> {
  readonly id: number;
}

interface LowStockRow extends Omit<LowStock, "items"> {
  readonly storeId: number | null;
  readonly categoryId: number | null;
}

const figuresOf = (rows: readonly TotalsRow[], which: "now" | "before"): Figures => {
  const row = rows.find((each) => each.which === which);
  const { sales = 0, orders = 0, returned = 0 } = row ?? {};
  return { salesCents: sales, orders, returned };
};

/** The stores of the filter. */
const places = `places as (
  select id, region, name_en, name_zh from ${schema}.stores
  where ($2::text is null or region = $2) and ($3::int is null or id = $3))`;

const spans = `span (which, shift) as (values ('now', 0), ('before', $5::int))`;

/** Full days from their sums, the day that is not over from its orders. */
const sold = `sold as (
  select which, store_id, orders, sales_cents as sales, returned
  from span join ${schema}.day_sales
    on day > $1::timestamp::date - $4::int - shift and day < $1::timestamp::date - shift
  where store_id in (select id from places)
  union all
  select which, store_id, 1, total_cents, (refund_cents > 0)::int
  from span join ${schema}.orders
    on at >= $1::timestamp::date - shift and at <= $1::timestamp - make_interval(days => shift)
  where store_id in (select id from places))`;

const soldByCategory = `sold as (
  select which, category_id, units, sales_cents as sales
  from span join ${schema}.day_categories
    on day > $1::timestamp::date - $4::int - shift and day < $1::timestamp::date - shift
  where store_id in (select id from places)
  union all
  select which, category_id, quantity, amount_cents
  from span join ${schema}.order_lines
    on at >= $1::timestamp::date - shift and at <= $1::timestamp - make_interval(days => shift)
  where store_id in (select id from places))`;

const totalsText = `with ${places}, ${spans}, ${sold}
  select which, coalesce(sum(orders), 0)::float8 as orders, coalesce(sum(sales), 0)::float8 as sales,
    coalesce(sum(returned), 0)::float8 as returned,
    (select to_char(max(at), 'YYYY-MM-DD HH24:MI:SS') from ${schema}.orders where at <= $1::timestamp) as as_of
  from span left join sold using (which) group by which`;

const hoursText = `with ${places}, parameters as (select $4::int, $5::int)
  select hour::text as at,
    case when hour <= extract(hour from $1::timestamp)
      then coalesce(sum(total_cents) filter (where at >= $1::timestamp::date), 0)::float8 end as sales,
    coalesce(sum(total_cents) filter (where at < $1::timestamp::date), 0)::float8 as sales_before
  from generate_series(0, 23) as hour
  left join ${schema}.orders
    on extract(hour from at) = hour
    and (at >= $1::timestamp::date and at <= $1::timestamp
      or at >= $1::timestamp::date - 7 and at < $1::timestamp::date - 6)
    and store_id in (select id from places)
  group by hour order by hour`;

const daysText = `with ${places}, days as (
    select day, store_id, sales_cents from ${schema}.day_sales
    where day > $1::timestamp::date - $4::int - $5::int and day < $1::timestamp::date
      and store_id in (select id from places)
    union all
    select at::date, store_id, total_cents from ${schema}.orders
    where at >= $1::timestamp::date and at <= $1::timestamp and store_id in (select id from places))
  select to_char(shown, 'YYYY-MM-DD') as at,
    coalesce(sum(sales_cents) filter (where day = shown), 0)::float8 as sales,
    coalesce(sum(sales_cents) filter (where day = shown - $5::int), 0)::float8 as sales_before
  from (select $1::timestamp::date - back as shown from generate_series(0, $4::int - 1) as back) as wanted
  left join days on day in (shown, shown - $5::int)
  group by shown order by shown`;

const storesText = `with ${places}, ${spans}, ${sold}
  select id, region, name_en as en, name_zh as zh,
    coalesce(sum(sales) filter (where which = 'now'), 0)::float8 as "salesCents",
    coalesce(sum(sales) filter (where which = 'before'), 0)::float8 as "beforeCents",
    coalesce(sum(orders) filter (where which = 'now'), 0)::float8 as orders,
    coalesce(sum(returned) filter (where which = 'now'), 0)::float8 as returned
  from places left join sold on store_id = id
  group by id, region, name_en, name_zh order by 5 desc, id`;

const categoriesText = `with ${places}, ${spans}, ${soldByCategory}
  select category_id as id,
    coalesce(sum(sales) filter (where which = 'now'), 0)::float8 as "salesCents",
    coalesce(sum(sales) filter (where which = 'before'), 0)::float8 as "beforeCents",
    coalesce(sum(units) filter (where which = 'now'), 0)::float8 as units
  from sold group by category_id order by 2 desc, 1`;

/** A store that sold nothing today keeps what stood there in the morning. */
const lowStockText = `with ${places}, today as (
    select store_id, product_id, sum(quantity)::int as sold from ${schema}.order_lines
    where at >= $1::timestamp::date and at <= $1::timestamp group by 1, 2),
  shelf as (
    select stock.store_id, stock.product_id, reorder_at, sold_per_day, greatest(0, level - coalesce(sold, 0)) as left_over
    from ${schema}.stock left join today using (store_id, product_id)
    where stock.store_id in (select id from places)),
  counts as (
    select count(*) filter (where left_over = 0)::int as out,
      count(*) filter (where left_over > 0 and left_over < reorder_at)::int as low, count(*)::int as shelves
    from shelf),
  pressing as (
    select * from shelf where left_over < reorder_at
    order by left_over = 0 desc, left_over / greatest(sold_per_day, 0.02), sold_per_day desc, store_id, product_id limit 25)
  select counts.*, places.id as "storeId", places.name_en as "storeEn", places.name_zh as "storeZh",
    products.name_en as en, products.name_zh as zh, category_id as "categoryId",
    left_over as "left", reorder_at as "reorderAt", sold_per_day::float8 as "soldPerDay"
  from counts left join pressing on true
  left join places on places.id = store_id
  left join ${schema}.products on products.id = product_id
  order by left_over = 0 desc, left_over / greatest(sold_per_day, 0.02), sold_per_day desc, store_id, product_id`;

const healthText = `with ${places}, week as (
    select store_id,
      sum(sales_cents) filter (where day >= $1::timestamp::date - 7)::float8 as sales,
      (sum(sales_cents) filter (where day < $1::timestamp::date - 7) / 3.0)::float8 as usual,
      sum(orders) filter (where day >= $1::timestamp::date - 7)::float8 as orders,
      sum(returned) filter (where day >= $1::timestamp::date - 7)::float8 as returned
    from ${schema}.day_sales where day >= $1::timestamp::date - 28 and day < $1::timestamp::date group by 1),
  today as (
    select store_id, count(*) filter (where at >= $1::timestamp::date)::int as orders,
      count(*) filter (where at < $1::timestamp::date)::int as last_week
    from ${schema}.orders
    where at >= $1::timestamp::date and at <= $1::timestamp
      or at >= $1::timestamp::date - 7 and at <= $1::timestamp - interval '7 days' group by 1),
  shelf as (
    select store_id, count(*)::int as shelves, count(*) filter (where level = 0)::int as out
    from ${schema}.stock group by 1)
  select id, name_en as en, name_zh as zh, coalesce(week.sales, 0) as "weekCents", coalesce(usual, 0) as "usualCents",
    coalesce(week.orders, 0) as "weekOrders", coalesce(returned, 0) as "weekReturned",
    coalesce(today.orders, 0) as "todayOrders", coalesce(last_week, 0) as "lastWeekOrders",
    coalesce(shelves, 0) as shelves, coalesce(out, 0) as out
  from places left join week on week.store_id = id left join today on today.store_id = id
  left join shelf on shelf.store_id = id order by id`;

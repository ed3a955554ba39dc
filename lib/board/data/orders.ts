import { momentText, weekday } from "./clock.ts";
import { products } from "./products.ts";
import { createRandom, pick, risingSums } from "./random.ts";
import { type Store, stores, troubles } from "./stores.ts";

export interface Order {
  readonly id: number;
  readonly storeId: number;
  /** Local wall-clock time. */
  readonly at: string;
  readonly totalCents: number;
  /** 0, or the total of an order that was brought back. */
  readonly refundCents: number;
  readonly lines: readonly OrderLine[];
}

export interface OrderLine {
  readonly productId: number;
  readonly categoryId: number;
  readonly quantity: number;
  readonly amountCents: number;
}

/** Days of data on each side of the day they are made on (the anchor): the pages look at what is not after now. */
export const daysBack = 90;
export const daysAhead = 8;

/**
 * All orders of one day, in order of time. They depend on the date, the seed and, in a store in trouble, on the distance
 * to the anchor; so a healthy store keeps its past when the data are made anew a week later.
 */
export const ordersOfDay = (day: number, anchorDay: number): readonly Order[] =>
  stores
    .flatMap((store) => ordersOfStore(store, day, anchorDay))
    .sort((one, other) => one.second - other.second)
    .map(({ second, ...order }, index) => ({ id: day * 100_000 + index, at: momentText(day, second), ...order }));

const ordersOfStore = (store: Store, day: number, anchorDay: number): readonly Draft[] => {
  const random = createRandom(seed, day, store.id);
  const weather = createRandom(seed, day)() * 0.14 + 0.93;
  const noise = 0.86 + random() * 0.28;
  const expected =
    ordersPerStore * store.size * (weekdays[weekday(day)] ?? 1) * weather * noise * health(store, day - anchorDay);
  const rhythm = weekday(day) >= 5 ? weekendHours : workdayHours;
  return Array.from({ length: Math.floor(expected + random()) }, () => draft(store, rhythm, random));
};

type Draft = Omit<Order, "id" | "at"> & { readonly second: number };

const draft = (store: Store, rhythm: readonly number[], random: () => number): Draft => {
  const second = pick(rhythm, random()) * 3600 + Math.floor(random() * 3600);
  const lines = Array.from({ length: 1 + pick(basket, random()) }, () => line(random));
  const totalCents = lines.reduce((sum, { amountCents }) => sum + amountCents, 0);
  const returned = random() < (troubles[store.id] === "returns" ? 0.16 : 0.022);
  return { storeId: store.id, second, totalCents, refundCents: returned ? totalCents : 0, lines };
};

const line = (random: () => number): OrderLine => {
  const product = products[pick(popularity, random())];
  if (product === undefined) throw new RangeError("no product at this place of the popularity");
  const quantity = 1 + pick(amounts, random());
  const { id: productId, categoryId, priceCents } = product;
  return { productId, categoryId, quantity, amountCents: priceCents * quantity };
};

/** What the trouble of a store leaves of its sales, by the days from the anchor. */
const health = ({ id }: Store, fromAnchor: number): number => {
  const trouble = troubles[id];
  if (trouble === "falling") return Math.min(1, Math.max(0.3, 0.45 - fromAnchor * 0.026));
  if (trouble === "shelves") return fromAnchor > -10 ? 0.85 : 1;
  if (trouble === "silent") return fromAnchor >= 0 ? 0 : 1;
  return 1;
};

const seed = 20_260_101;

/** 40 stores, 91 days: about 100,000 orders up to now. */
const ordersPerStore = 27.2;

/** Monday to Sunday. */
const weekdays: readonly number[] = [0.9, 0.87, 0.9, 0.95, 1.1, 1.24, 1.14];

/** Midnight to 23:00. The night is not empty: some stores never close. */
const workdayHours = risingSums([
  0.6, 0.4, 0.3, 0.3, 0.4, 0.9, 2.2, 5, 6.4, 4.6, 4.2, 6, 8.6, 6.2, 4.4, 4.2, 4.8, 7, 9.4, 8.2, 6.2, 4.6, 2.8, 1.3,
]);
const weekendHours = risingSums([
  0.9, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.4, 4.2, 6, 7.4, 8, 7.6, 6.6, 6.6, 7, 7.4, 7.6, 7.4, 6.6, 5.4, 4.2, 2.6, 1.4,
]);

const basket = risingSums([0.42, 0.3, 0.16, 0.08, 0.04]);
const amounts = risingSums([0.8, 0.16, 0.04]);
const popularity = risingSums(products.map((product) => product.popularity));

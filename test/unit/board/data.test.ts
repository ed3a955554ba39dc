import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alertsOf } from "../../../lib/board/data/alerts.ts";
import { dayOf, dayText, momentText, wallClock, weekday } from "../../../lib/board/data/clock.ts";
import { daysBack, type Order, ordersOfDay } from "../../../lib/board/data/orders.ts";
import { categories, products } from "../../../lib/board/data/products.ts";
import type { StoreHealth } from "../../../lib/board/data/queries.ts";
import { stockOfAllStores } from "../../../lib/board/data/stock.ts";
import { regions, stores, troubles } from "../../../lib/board/data/stores.ts";

const anchor = dayOf("2026-06-15");
const past = Array.from({ length: daysBack + 1 }, (_, back) => ordersOfDay(anchor - back, anchor));
const orders = past.flat();

describe("the data of the board", () => {
  it("are 40 stores in all regions, 304 products in 8 categories, and some 100,000 orders", () => {
    assert.equal(stores.length, 40);
    assert.deepEqual([...new Set(stores.map(({ region }) => region))].toSorted(), [...regions].toSorted());
    assert.equal(products.length, 304);
    assert.equal(new Set(products.map(({ en }) => en)).size, 304);
    assert.equal(new Set(products.map(({ zh }) => zh)).size, 304);
    assert.equal(new Set(products.map(({ categoryId }) => categoryId)).size, categories.length);
    assert.ok(orders.length > 95_000 && orders.length < 105_000, `${orders.length} orders`);
    assert.equal(stockOfAllStores(anchor).length, 40 * 304);
  });

  it("are the same each time, and those of a healthy store also when they are made a week later", () => {
    const day = anchor - 3;
    assert.deepEqual(ordersOfDay(day, anchor), ordersOfDay(day, anchor));
    assert.deepEqual(stockOfAllStores(anchor), stockOfAllStores(anchor));
    const healthy = (list: readonly Order[]) =>
      list.filter(({ storeId }) => troubles[storeId] === undefined).map(({ id: _id, ...order }) => order);
    assert.deepEqual(healthy(ordersOfDay(day, anchor)), healthy(ordersOfDay(day, anchor + 7)));
  });

  it("add up: each total is the sum of its lines, each id is there once, times only rise", () => {
    for (const { totalCents, lines } of orders)
      assert.equal(
        totalCents,
        lines.reduce((sum, { amountCents }) => sum + amountCents, 0),
      );
    assert.equal(new Set(orders.map(({ id }) => id)).size, orders.length);
    for (const day of past)
      assert.deepEqual(
        day.map(({ at }) => at),
        day.map(({ at }) => at).toSorted(),
      );
  });

  it("have a rhythm: Saturdays above Tuesdays, noon above the small hours", () => {
    const of = (wanted: number): number =>
      past.reduce((sum, day, back) => sum + (weekday(anchor - back) === wanted ? day.length : 0), 0);
    assert.ok(of(5) > of(1) * 1.2, `${of(5)} on Saturdays, ${of(1)} on Tuesdays`);
    const at = (hour: string): number => orders.filter((order) => order.at.slice(11, 13) === hour).length;
    assert.ok(at("12") > at("03") * 10, `${at("12")} at noon, ${at("03")} at three`);
  });

  it("hold stores in trouble: falling sales, returns, empty shelves, silence", () => {
    const idOf = (wanted: string): number => Number(Object.entries(troubles).find(([, kind]) => kind === wanted)?.[0]);
    const count = (id: number, from: number, days: number): number =>
      past
        .slice(from, from + days)
        .flat()
        .filter(({ storeId }) => storeId === id).length;
    assert.ok(count(idOf("falling"), 1, 7) < 0.75 * count(idOf("falling"), 22, 7));
    assert.equal(count(idOf("silent"), 0, 1), 0);
    assert.ok(count(idOf("silent"), 7, 1) > 5);
    const returned = orders.filter(({ storeId, refundCents }) => storeId === idOf("returns") && refundCents > 0);
    assert.ok(returned.length > 0.1 * count(idOf("returns"), 0, daysBack));
    const empty = stockOfAllStores(anchor).filter(({ storeId, level }) => storeId === idOf("shelves") && level === 0);
    assert.ok(empty.length > 304 * 0.1);
  });

  it("count days and moments by the wall clock", () => {
    assert.equal(weekday(dayOf("2026-11-23")), 0);
    assert.equal(dayText(dayOf("2026-02-28") + 1), "2026-03-01");
    assert.equal(momentText(dayOf("2026-11-23"), 3 * 3600 + 5), "2026-11-23 03:00:05");
    const noon = new Date(2026, 10, 23, 12, 0, 1);
    assert.deepEqual(wallClock(noon), { day: dayOf("2026-11-23"), text: "2026-11-23 12:00:01" });
  });
});

describe("alerts", () => {
  const fine: StoreHealth = {
    id: 1,
    en: "One",
    zh: "一",
    weekCents: 100_000,
    usualCents: 100_000,
    weekOrders: 200,
    weekReturned: 4,
    todayOrders: 12,
    lastWeekOrders: 12,
    shelves: 300,
    out: 2,
  };

  it("leave a healthy store alone, and one that has only just opened", () => {
    assert.deepEqual(alertsOf([fine]), []);
    assert.deepEqual(alertsOf([{ ...fine, todayOrders: 0, lastWeekOrders: 2 }]), []);
    assert.deepEqual(alertsOf([{ ...fine, usualCents: 0, weekOrders: 0, weekReturned: 0, shelves: 0, out: 0 }]), []);
  });

  it("name every reason of a store, the worst first, and the worst store first", () => {
    const alerts = alertsOf([
      { ...fine, id: 1, out: 20 },
      { ...fine, id: 2, weekCents: 50_000, weekReturned: 20 },
      { ...fine, id: 3, todayOrders: 0 },
    ]);
    assert.deepEqual(
      alerts.map(({ storeId, level, reasons }) => [storeId, level, reasons.map(({ kind }) => kind)]),
      [
        [3, "high", ["silent"]],
        [2, "high", ["falling", "returns"]],
        [1, "medium", ["shelves"]],
      ],
    );
  });
});

"use strict";

exports.small = () => ({ board: "north", turnover: 1234.5, orders: 87 });

/** A page as a board has it: 2,000 orders added up by store, 6 kB of text. No "}" before its end. */
exports.report = () => {
  const sums = new Map();
  for (let order = 0; order < 2000; order++) {
    const store = `store ${(order * 7919) % 100}`;
    const sum = sums.get(store) ?? [store, 0, 0, 0];
    sum[1] += 1;
    sum[2] += (order * 31) % 997;
    sum[3] = Math.max(sum[3], (order * 17) % 499);
    sums.set(store, sum);
  }
  const rows = [...sums.values()].sort((a, b) => b[2] - a[2]).map((row) => [...row, "2026-01-01T00:00:00.000Z"]);
  return { title: "orders by store", rows };
};

import type { FilledPools } from "../protocol/filled-pools.ts";
import type { LimitRow } from "../protocol/snapshot.ts";
import { type Shown, shown, stepOf, together } from "./steps.ts";

/** What PostgreSQL itself counted while every pool was full. `unasked`: why nobody was asked. Pure. */
export const poolSteps = (pools: FilledPools | null, limits: readonly LimitRow[]): Shown => {
  const budget = declared(limits, "postgres.connections");
  const serverMax = declared(limits, "postgres.serverMax");
  if (pools === null) {
    const none = { expected: budget, why: "unsure.no-pool" };
    const server = { expected: serverMax, why: "unsure.no-pool" };
    return together([
      shown(step("postgres.connections", "not-measured", "verify.pool-unsure", none), null),
      shown(step("postgres.serverMax", "not-measured", "verify.pool-unsure", server), null),
    ]);
  }
  return together([poolStep(pools, budget), serverStep(pools, serverMax)]);
};

const poolStep = ({ workers, counted, fault }: FilledPools, expected: number): Shown => {
  const name = "postgres.connections";
  const open = workers.reduce((sum, worker) => sum + worker.open, 0);
  const loose = workers.filter(({ isCapped, fault: own }) => !isCapped && own === null);
  const failed = workers.find((worker) => worker.fault !== null);
  const facts = { expected, found: counted, workers: workers.length };
  // More than the budget is more, whatever else failed.
  const found = Math.max(open, counted ?? 0);
  if (found > expected || loose.length > 0) {
    const slots = loose.map(({ slot }) => String(slot));
    return shown(step(name, "not-held", "verify.pool-loose", { ...facts, found, slots }), null);
  }
  if (failed !== undefined) {
    const why = { why: "unsure.pool-not-filled", slot: failed.slot, fault: failed.fault };
    return shown(step(name, "inconclusive", "verify.pool-unsure", { ...facts, ...why }), null);
  }
  if (counted === null) {
    return shown(
      step(name, "inconclusive", "verify.pool-unsure", { ...facts, why: "unsure.not-counted", fault }),
      null,
    );
  }
  // A pooler in between has its own numbers.
  if (counted < open) {
    const unknown = { why: "unsure.unknown-backends", unknown: open - counted };
    return shown(step(name, "inconclusive", "verify.pool-unsure", { ...facts, ...unknown }), null);
  }
  return shown(step(name, counted === expected ? "held" : "not-held", "verify.pool", facts), counted);
};

const serverStep = ({ serverMax, fault }: FilledPools, expected: number): Shown => {
  const name = "postgres.serverMax";
  if (serverMax === null) {
    const facts = { expected, why: "unsure.not-counted", fault };
    return shown(step(name, "inconclusive", "verify.pool-unsure", facts), null);
  }
  const facts = { expected, found: serverMax };
  return shown(step(name, serverMax >= expected ? "held" : "not-held", "verify.server-max", facts), serverMax);
};

const step = stepOf("limits");

const declared = (limits: readonly LimitRow[], name: string): number => {
  const value = limits.find((row) => row.name === name)?.declared;
  return typeof value === "number" ? value : 0;
};

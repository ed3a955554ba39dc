import type { GiveBackRequest } from "../protocol/worker-messages.ts";
import { chooseSlot } from "./choose-slot.ts";
import type { Connection, Serving } from "./placements.ts";
import { type Give, rebalance } from "./rebalance.ts";

/** Asks workers for idle connections that belong elsewhere: one outstanding request to each (TRAPS 27). */
export interface GiveBacks {
  /** To be called about once a second. */
  look(serving: readonly Serving[], nowMs: number): void;
  answered(workerId: number, count: number, nowMs: number): void;
  gone(workerId: number): void;
}

/** A request that was sent, for the log. */
export interface AskedBack {
  readonly slot: number;
  readonly count: number;
  readonly because: Give["because"] | "because.not-its-slot";
}

export const createGiveBacks = (sticky: boolean, asked: (ask: AskedBack) => void): GiveBacks => {
  const outstanding = new Set<number>();
  /** Had nothing to give: streams, say. Not asked before that time. */
  const sparedUntilMs = new Map<number, number>();
  let lookedAt: readonly Serving[] = [];

  const isSpared = (id: number, nowMs: number): boolean => outstanding.has(id) || nowMs < (sparedUntilMs.get(id) ?? 0);
  const ask = ({ id, worker }: Serving, request: GiveBackRequest, because: AskedBack["because"]): void => {
    outstanding.add(id);
    worker.giveBack(request);
    asked({ slot: worker.slot, count: request.count, because });
  };

  const evenOut = (serving: readonly Serving[], nowMs: number): void => {
    const shares = serving.map((one) => ({ ...one, spared: isSpared(one.id, nowMs) }));
    for (const { from, count, because } of rebalance(shares)) {
      const giver = serving.find(({ id }) => id === from);
      if (giver !== undefined) ask(giver, { count, only: null }, because);
    }
  };

  /** A slot came or went: clients of one that was away are on others. Where nothing changes, nothing is looked at. */
  const bringHome = (serving: readonly Serving[], nowMs: number): void => {
    if (serving === lookedAt) return;
    let allHome = true;
    for (const one of serving) {
      const isAway = ({ key }: Connection): boolean => key !== null && chooseSlot(serving, key) !== one;
      const away = [...one.holds.values()].filter(isAway).map(({ id }) => id);
      if (away.length > 0 || one.handingOver) allHome = false;
      if (away.length > 0 && !isSpared(one.id, nowMs)) {
        ask(one, { count: away.length, only: away }, "because.not-its-slot");
      }
    }
    if (allHome) lookedAt = serving;
  };

  return {
    look: sticky ? bringHome : evenOut,
    answered: (workerId, count, nowMs) => {
      outstanding.delete(workerId);
      if (count === 0) sparedUntilMs.set(workerId, nowMs + sparedForMs);
    },
    gone: (workerId) => {
      outstanding.delete(workerId);
      sparedUntilMs.delete(workerId);
    },
  };
};

const sparedForMs = 10_000;

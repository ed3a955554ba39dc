import { type BootEcho, createBootEcho } from "./boot-echo.ts";
import type { BootFailure } from "./boot-verdict.ts";
import { desiredFor, type Generation } from "./generation.ts";
import type { Birth } from "./pool.ts";
import type { Mode } from "../protocol/worker-messages.ts";
import type { DesiredGeneration } from "./reconcile.ts";
import { createSeen, type Seen } from "./seen.ts";
import { afterDeath, type Death, newSlot, type SlotHistory } from "./restart-policy.ts";

/** A generation that was raised, and what its slots have been through. */
export interface Raised {
  readonly generation: Generation;
  readonly echo: BootEcho;
  readonly seen: Seen;
  desired(): DesiredGeneration;
  /** So many of its slots are wanted from now on, the first ones. */
  scale(workers: number): void;
  retire(): void;
  isRetiring(): boolean;
  /** Asked of the pool, not yet reported by it. */
  forking(slot: number): void;
  forked({ slot }: Birth): void;
  isForking(): boolean;
  history(slot: number): SlotHistory;
  /** When the slot may be forked; a slot that is being forked may not. */
  historyForForking(slot: number, nowMs: number): SlotHistory;
  died(slot: number, death: Death): SlotHistory;
  failures(): readonly BootFailure[];
  failed(failure: BootFailure): void;
}

export const createRaised = (generation: Generation, mode: Mode, workers: number): Raised => {
  const slots = new Map<number, SlotHistory>();
  const beingForked = new Set<number>();
  const failures: BootFailure[] = [];
  let wanted = workers;
  let want: DesiredGeneration["want"] = "up";
  const history = (slot: number): SlotHistory => slots.get(slot) ?? newSlot;
  return {
    generation,
    echo: createBootEcho(),
    seen: createSeen(),
    desired: () => desiredFor(generation, want, mode, wanted),
    scale: (count) => {
      wanted = count;
      // What failed before says nothing about those that are wanted now.
      failures.splice(0);
    },
    retire: () => {
      want = "retire";
    },
    isRetiring: () => want === "retire",
    forking: (slot) => void beingForked.add(slot),
    forked: ({ slot }) => void beingForked.delete(slot),
    isForking: () => beingForked.size > 0,
    history,
    historyForForking: (slot, nowMs) =>
      beingForked.has(slot) ? { ...history(slot), notBeforeMs: nowMs + lookAgainMs } : history(slot),
    died: (slot, death) => {
      const next = afterDeath(history(slot), death);
      slots.set(slot, next);
      return next;
    },
    failures: () => failures,
    failed: (failure) => {
      failures.push(failure);
      if (failures.length > failuresKept) failures.shift();
    },
  };
};

/** The pool's report wakes everyone anyway; this only names a time. */
const lookAgainMs = 10_000;
const failuresKept = 200;

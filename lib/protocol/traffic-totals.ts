import type { Counts } from "../histogram.ts";

/** What the master has counted since its start; none of it ever goes down. */
export interface TrafficTotals {
  /** Of workers, refusals included. */
  readonly answers: number;
  /** Of these with a status of 500 and more. */
  readonly errors: number;
  readonly timedOut: number;
  readonly shed: number;
  /** At the door and by workers. */
  readonly refused: number;
  /** At the door alone: not among the answers. */
  readonly refusedAtDoor: number;
  readonly response: Counts;
  readonly wait: Counts;
}

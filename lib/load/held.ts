import type { HeldReport } from "../protocol/control.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What a load shows of how many users the instance holds, to be told to its master (`ControlClient.held`); `verdict`: by
 * the promise of the stage in force, `generation`: in force when it began. null where it shows nothing: too few requests,
 * or the generator itself was what was too slow. Pure.
 */
export const heldReport = (
  { users, requests, requestsPerSec, limited }: JudgedLoad,
  { kept }: Pick<Verdict, "kept">,
  generation: number,
): HeldReport | null =>
  requests < fewestRequests || (limited && !kept) ? null : { users, kept, requestsPerSec, generation };

interface JudgedLoad {
  readonly users: number;
  readonly requests: number;
  readonly requestsPerSec: number;
  readonly limited: boolean;
}

/** A p95 of fewer rests on less than five of them. */
const fewestRequests = 100;

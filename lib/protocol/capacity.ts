/** Which stage this host and app can hold, as far as that was measured. Times ISO 8601. */
export interface Capacity {
  /** The highest stage of the ladder that holds its `users.max`; null: none of them does. */
  readonly stage: number | null;
  /** How many that stage would hold; where none does, the lowest. 0 where all that is known is a load that was not held. */
  readonly users: number;
  /** What is short first at that number; null: nothing was estimated, only loads tell. */
  readonly limit: CapacityLimit | null;
  readonly stages: readonly StageCapacity[];
  /** null: too few requests since the start. */
  readonly estimate: CapacityEstimate | null;
  /** The largest load that was held, and the smallest that was not: of that stage, else of the one in force. */
  readonly held: HeldLoad | null;
  readonly notHeld: HeldLoad | null;
}

export type CapacityLimit = "cpu" | "slots" | "pool" | "memory" | "response";

export interface StageCapacity {
  readonly stage: number;
  /** Whom it is for. */
  readonly usersMax: number;
  readonly users: number;
  readonly limit: CapacityLimit | null;
  /** Users by each bound; null: it does not bound. */
  readonly bounds: CapacityBounds | null;
  readonly held: HeldLoad | null;
  readonly notHeld: HeldLoad | null;
  readonly holds: boolean;
}

export type CapacityBounds = { readonly [Limit in CapacityLimit]: number | null };

/** What the estimate is made of. */
export interface CapacityEstimate {
  /** When the last request of it was answered. */
  readonly at: string;
  /** Of the code in force, or of the one before. */
  readonly ofOtherCode: boolean;
  readonly requests: number;
  readonly cpuMsPerRequest: number;
  readonly serviceMsPerRequest: number;
  /** null: no PostgreSQL, or no query. */
  readonly queryMsPerRequest: number | null;
  /** Of the best minute; null: there was none yet. */
  readonly responseP95Ms: number | null;
  readonly requestsPerUserSec: number;
  /**
   * Where the requests of a user come from. `online`: counted. `load`: the last load. `model`: as `dashd load` makes
   * users, of a page like the built-in board's.
   */
  readonly usersFrom: "online" | "load" | "model";
  readonly cores: number;
  /** Of them, what everything but the workers used meanwhile. */
  readonly othersCores: number;
  /** null: unknown. */
  readonly workerBytes: number | null;
}

/** A load at its end, judged by the promise of the stage that was in force. */
export interface HeldLoad {
  readonly at: string;
  readonly stage: number;
  readonly users: number;
  readonly requestsPerSec: number;
}

/** What came of asking every worker to fill its pool of connections to PostgreSQL for a moment. */
export interface FilledPools {
  /** Of the generation in force, each worker that has a pool. */
  readonly workers: readonly FilledPoolOf[];
  /** How many of their connections the server itself knows; null: it could not be asked. */
  readonly counted: number | null;
  /** What the server allows in all. */
  readonly serverMax: number | null;
  /** Why it could not be asked. */
  readonly fault: string | null;
}

export interface FilledPoolOf {
  readonly slot: number;
  /** Connections of the full pool. */
  readonly open: number;
  /** With its share of connections taken, a further one had to wait. */
  readonly isCapped: boolean;
  /** Why it could not be filled; null: it was. */
  readonly fault: string | null;
}

/** Client and master are of one version, or nearly. */
export const isFilledPools = (value: unknown): value is FilledPools | null =>
  value === null ||
  (typeof value === "object" && "workers" in value && Array.isArray(value.workers) && "counted" in value);

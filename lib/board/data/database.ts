import type { QueryResultRow, Submittable } from "pg";

/** What the board needs of `context.postgres`; a pool of pg is one. */
export interface Database {
  query<Row extends QueryResultRow>(query: Query): Promise<{ readonly rows: Row[] }>;
  connect(): Promise<Connection>;
}

export interface Connection {
  query<Row extends QueryResultRow>(query: Query): Promise<{ readonly rows: Row[] }>;
  query<Stream extends Submittable>(stream: Stream): Stream;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  /** With an error the connection is closed instead of kept. */
  release(error?: Error): void;
}

export interface Query {
  readonly text: string;
  readonly values?: unknown[];
  /** How long pg waits for the answer, in ms; @types/pg knows it for the whole client only. */
  readonly query_timeout?: number;
}

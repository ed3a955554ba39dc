/** Why a page has no data, as the asker is told: a code, and seconds after which asking again makes sense. */
export interface DataFault {
  readonly status: 500 | 503;
  readonly code: DataFaultCode;
  readonly retryAfterSec: number;
}

export type DataFaultCode =
  | "E_NO_DATABASE"
  | "E_PREPARING"
  | "E_SCHEMA_TAKEN"
  | "E_POSTGRES_DOWN"
  | "E_POSTGRES_BUSY"
  | "E_POSTGRES_SLOW"
  | "E_DATA";

export const dataFault = (code: DataFaultCode): DataFault => ({
  status: code === "E_DATA" ? 500 : 503,
  code,
  retryAfterSec: retryAfterSec[code] ?? 2,
});

/** What a rejected query means to the asker. `E_DATA` is a fault of ours and belongs in the log. */
export const faultOf = (error: unknown): DataFault => {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code === "E_POSTGRES_BUSY" || message === "timeout exceeded when trying to connect")
    return dataFault("E_POSTGRES_BUSY");
  // 57014 is the server's statement_timeout, the sentence pg's own query_timeout.
  if (code === "57014" || code === "E_CACHE_TIMEOUT" || message === "Query read timeout")
    return dataFault("E_POSTGRES_SLOW");
  if (typeof code !== "string") return dataFault(isBrokenConnection(message) ? "E_POSTGRES_DOWN" : "E_DATA");
  // undefined_table, invalid_schema_name: not made yet, or dropped.
  if (code === "42P01" || code === "3F000") return dataFault("E_PREPARING");
  // deadlock_detected, lock_not_available: the tables are being replaced.
  if (code === "40P01" || code === "55P03") return dataFault("E_PREPARING");
  return dataFault(ourFault.test(code) ? "E_DATA" : "E_POSTGRES_DOWN");
};

const isBrokenConnection = (message: unknown): boolean =>
  typeof message === "string" && /connection (?:terminated|error|timeout)|terminating connection/i.test(message);

/** Classes of SQLSTATE that say that a statement is wrong; all others (08, 25, 28, 53, 57, 58, E…) are the server's state. */
const ourFault = /^(?:0A|2[1-3]|42|XX)[0-9A-Z]{3}$/;

const retryAfterSec: Readonly<Partial<Record<DataFaultCode, number>>> = { E_NO_DATABASE: 30, E_SCHEMA_TAKEN: 30 };

import pg from "pg";
import type { Message } from "../../errors.ts";
import { serverFault } from "./faults.ts";
import { sharedDeadline } from "./url.ts";

/** A server as `doctor` and the sums of a plan see it. */
export interface PostgresServer {
  readonly version: string;
  readonly maxConnections: number;
  /** Kept by the server for superusers and for roles with pg_use_reserved_connections. */
  readonly reserved: number;
  /** Client connections that are not of a dashd. */
  readonly usedByOthers: number;
}

/** Asks over a connection of its own, within the deadline; rejects with what pg found. */
export const readPostgres = async (url: string, deadlineMs: number): Promise<PostgresServer> => {
  const client = new pg.Client(sharedDeadline(url, deadlineMs, "dashd doctor"));
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Row>(sql);
    const row = rows[0];
    if (row === undefined) throw new Error("PostgreSQL answered without a row");
    return {
      version: row.version,
      maxConnections: Number(row.max_connections),
      reserved: Number(row.reserved),
      usedByOthers: Number(row.others),
    };
  } finally {
    client.end().catch(() => undefined);
  }
};

/** The same, with what kept it from answering in place of a rejection. */
export const findPostgres = async (
  url: string,
  deadlineMs: number,
): Promise<PostgresServer | { readonly fault: Message }> => {
  try {
    return await readPostgres(url, deadlineMs);
  } catch (error) {
    const fault = serverFault(error) ?? (error instanceof Error ? error.message : String(error));
    return { fault: { code: "sick.down", facts: { service: "PostgreSQL", fault } } };
  }
};

interface Row {
  readonly version: string;
  readonly max_connections: string;
  readonly reserved: string;
  readonly others: string;
}

const sql = `select current_setting('server_version') as version, current_setting('max_connections') as max_connections,
  coalesce(current_setting('superuser_reserved_connections', true), '0')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
  (select count(*) from pg_stat_activity where backend_type = 'client backend' and application_name not like 'dashd%') as others`;

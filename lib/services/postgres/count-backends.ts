import pg from "pg";
import { sharedDeadline } from "./url.ts";

/** How many of these connections the server itself knows as a dashd worker's, and how many it allows in all. */
export interface CountedBackends {
  readonly known: number;
  readonly serverMax: number;
}

/** Asks `pg_stat_activity` over a connection of its own, within the deadline; rejects with what pg found. */
export const countBackends = async (
  url: string,
  backends: readonly number[],
  deadlineMs: number,
): Promise<CountedBackends> => {
  const client = new pg.Client(sharedDeadline(url, deadlineMs, "dashd verify"));
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ readonly known: string; readonly max: string }>(sql, [backends]);
    return { known: Number(rows[0]?.known), serverMax: Number(rows[0]?.max) };
  } finally {
    client.end().catch(() => undefined);
  }
};

const sql = `select count(*) filter (where pid = any($1::int[]) and application_name like 'dashd slot %') as known,
  current_setting('max_connections') as max from pg_stat_activity`;

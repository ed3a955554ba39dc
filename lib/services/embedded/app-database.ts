import { Client } from "pg";
import { socketPort } from "./places.ts";
import { superuser } from "./server-settings.ts";

/**
 * The app's own role and database, made where they are missing: no superuser, who could run programs and read files, and
 * whose reserved connections stay free. Safe to repeat; fails as pg fails.
 */
export const ensureAppDatabase = (socketDir: string, deadlineMs: number): Promise<void> =>
  asSuperuser(socketDir, deadlineMs, async (client) => {
    const role = await client.query("select from pg_roles where rolname = $1", [appName]);
    if (role.rowCount === 0) await client.query(`create role ${appName} login in role pg_monitor`);
    const database = await client.query("select from pg_database where datname = $1", [appName]);
    if (database.rowCount === 0) await client.query(`create database ${appName} owner ${appName}`);
  });

/** What pg, libpq and a URL parser agree on: the folder of the socket as the `host` of the query. No password: trust. */
export const appUrl = (socketDir: string): string =>
  `postgres://${appName}@localhost:${socketPort}/${appName}?host=${encodeURIComponent(socketDir)}`;

const appName = "dashd";

const asSuperuser = async (
  socketDir: string,
  deadlineMs: number,
  work: (client: Client) => Promise<void>,
): Promise<void> => {
  const client = new Client({
    ...{ host: socketDir, port: socketPort, user: superuser, database: "postgres", password: "" },
    ...{ application_name: "dashd:start", connectionTimeoutMillis: deadlineMs, query_timeout: deadlineMs },
  });
  // A server that goes away while a query runs fails the query; the event adds nothing.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    // A server that answers nothing would not answer a polite end either.
    await Promise.race([client.end(), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
  }
};

import type pg from "pg";

/** A connection that asks one short thing: everything about it within one deadline. */
export const sharedDeadline = (url: string, deadlineMs: number, applicationName: string): pg.ClientConfig => ({
  connectionString: url,
  application_name: applicationName,
  connectionTimeoutMillis: deadlineMs,
  statement_timeout: deadlineMs,
  query_timeout: deadlineMs,
});

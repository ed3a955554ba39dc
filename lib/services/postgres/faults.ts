/** What an error of pg says about the server: its SQLSTATE, the system's code, or a word of ours; null: nothing. */
export const serverFault = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  if (code !== null) return isServerFault(code) ? code : null;
  const known = wordsOfPg.find(([words]) => error.message.includes(words));
  if (known !== undefined) return known[1];
  return error.cause === undefined ? null : serverFault(error.cause);
};

/**
 * Whether the connection is still good: the server has answered, if only to refuse. Statement time-outs and faulty SQL
 * cost no connection.
 */
export const hasAnswered = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  /^[0-9A-Z]{5}$/.test(error.code) &&
  !isServerFault(error.code);

/** SQLSTATE classes and codes of a server that cannot serve anybody, and the system's codes of one that is not there. */
const isServerFault = (code: string): boolean =>
  code.startsWith("08") ||
  ["28000", "28P01", "3D000", "53300", "57P01", "57P02", "57P03"].includes(code) ||
  /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ENOENT|EACCES|DEPTH_ZERO|SELF_SIGNED|ERR_TLS|CERT_)/.test(
    code,
  );

/** pg and pg-pool tell these only by their message (pg 8.23, pg-pool 3.14). */
const wordsOfPg: readonly (readonly [string, string])[] = [
  ["due to connection timeout", "silent"],
  ["Query read timeout", "silent"],
  ["Connection terminated", "terminated"],
  ["Client has encountered a connection error", "terminated"],
  ["does not support SSL", "no-tls"],
];

/**
 * What an error says about the server, as a word that the catalogue has a phrase for (`redis-fault.…`) or the system's own
 * code; null: nothing is wrong with the server, it answered this command with an error.
 */
export const redisFault = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const reply = replyFaults.find(([words]) => error.message.includes(words));
  if (reply !== undefined) return reply[1];
  // An answer, whatever it says, shows that the server is well.
  if (error.name === "ReplyError") return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  if (code !== null) return code === "ETIMEDOUT" ? "silent" : code;
  return connectionFaults.find(([words]) => `${error.name} ${error.message}`.includes(words))?.[1] ?? null;
};

/** What the server refuses to write for; null: it writes, or the command was none of its business. */
export const writeFault = (error: unknown): string | null => {
  if (!(error instanceof Error) || error.message.startsWith("NOPERM")) return null;
  return writeFaults.find(([words]) => error.message.startsWith(words))?.[1] ?? "refused";
};

/** Answers of a server that can serve nobody on this connection. */
const replyFaults: readonly (readonly [string, string])[] = [
  ["WRONGPASS", "password"],
  ["NOAUTH", "password"],
  ["invalid password", "password"],
  ["invalid username-password", "password"],
  ["LOADING", "loading"],
  ["max number of clients", "max-clients"],
];

/** ioredis tells these only by their words (5.11). */
const connectionFaults: readonly (readonly [string, string])[] = [
  ["All sentinels are unreachable", "sentinels"],
  ["MaxRetriesPerRequestError", "closed"],
  ["AbortError", "closed"],
  ["Connection is closed", "closed"],
  ["Stream isn't writeable", "closed"],
];

const writeFaults: readonly (readonly [string, string])[] = [
  ["OOM", "oom"],
  ["READONLY", "read-only"],
  ["MISCONF", "disk"],
  ["NOREPLICAS", "no-replicas"],
];

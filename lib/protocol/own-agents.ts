/**
 * As which dashd itself asks the service it supervises. Nobody of these is a user online; those of `dashd load` are made
 * to be, each with a name of its own.
 */
export const ownAgents = {
  /** A change without traffic is judged by these. */
  watch: "dashd-watch",
  verify: "dashd-verify",
  drill: "dashd-drill",
  /** Reads the page that a load is to be made of. */
  discover: "dashd-load",
} as const;

export const isOwnAgent = (agent: string | undefined): boolean => agent !== undefined && known.has(agent);

const known: ReadonlySet<string> = new Set(Object.values(ownAgents));

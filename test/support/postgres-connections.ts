import type { PostgresServer } from "./postgres.ts";

/** Looks again and again at what the server itself counts of the workers' connections, as far as it answers. */
export const watchConnections = (
  server: PostgresServer,
): { stop(): Promise<{ highest: number; highestOfOne: number }> } => {
  let stopping = false;
  let highest = 0;
  let highestOfOne = 0;
  const look = async (): Promise<void> => {
    const { rows } = await server.query(
      "select application_name ~ 'gen 1$' as first, count(*)::int as open from pg_stat_activity where application_name like 'dashd slot%' group by 1",
    );
    const counts = (rows as { open: number }[]).map(({ open }) => open);
    highest = Math.max(
      highest,
      counts.reduce((sum, open) => sum + open, 0),
    );
    highestOfOne = Math.max(highestOfOne, ...counts);
  };
  const watching = (async () => {
    while (!stopping) {
      await look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    stop: async () => {
      stopping = true;
      await watching;
      return { highest, highestOfOne };
    },
  };
};

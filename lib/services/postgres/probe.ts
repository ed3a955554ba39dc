import pg from "pg";
import { serverFault } from "./faults.ts";
import { judgePostgres, type PostgresAnswer, type PostgresReading } from "./judge-postgres.ts";
import { sharedDeadline } from "./url.ts";

/** The master's own look at PostgreSQL: one connection, one short question at a time. */
export interface PostgresProbe {
  /** Never rejects; at most two deadlines long. A call while one is under way gets that one's reading. */
  look(): Promise<PostgresReading>;
  close(): void;
}

export interface PostgresProbeOptions {
  readonly url: string;
  readonly now: () => number;
  readonly deadlineMs?: number;
}

export const createPostgresProbe = ({ url, now, deadlineMs = 800 }: PostgresProbeOptions): PostgresProbe => {
  let answers: readonly PostgresAnswer[] = [];
  let client: pg.Client | null = null;
  let looking: Promise<PostgresReading> | null = null;

  const drop = (): void => {
    const dropped = client;
    client = null;
    // A silent server would answer a goodbye as late as everything else.
    dropped?.end().catch(() => undefined);
  };
  const connected = async (): Promise<pg.Client> => {
    if (client !== null) return client;
    const fresh = new pg.Client(sharedDeadline(url, deadlineMs, "dashd probe"));
    fresh.on("error", () => {
      if (client === fresh) client = null;
    });
    try {
      await fresh.connect();
    } catch (error) {
      fresh.end().catch(() => undefined);
      throw error;
    }
    client = fresh;
    return fresh;
  };
  const ask = async (): Promise<PostgresAnswer> => {
    const kept = client !== null;
    try {
      const asked = await connected();
      const startedAtMs = now();
      const { rows } = await asked.query<{ max: string; reserved: string }>(sql);
      const latencyMs = now() - startedAtMs;
      return { ok: true, latencyMs, maxConnections: Number(rows[0]?.max), reserved: Number(rows[0]?.reserved) };
    } catch (error) {
      drop();
      const fault = serverFault(error) ?? "silent";
      // A kept connection that a restart has cut says nothing about the server as it is now.
      return kept && fault !== "silent" ? ask() : { ok: false, fault };
    }
  };
  const look = async (): Promise<PostgresReading> => {
    answers = [...answers, await ask()].slice(-2);
    return judgePostgres(answers);
  };

  return {
    look: () => {
      looking ??= look().finally(() => {
        looking = null;
      });
      return looking;
    },
    close: drop,
  };
};

const sql = `select current_setting('max_connections') as max,
  coalesce(current_setting('superuser_reserved_connections', true), '0')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int as reserved`;

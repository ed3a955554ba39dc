import type { Message } from "../../errors.ts";

/** One question to the server. */
export type PostgresAnswer =
  | { readonly ok: true; readonly latencyMs: number; readonly maxConnections: number; readonly reserved: number }
  /** `fault`: as serverFault tells it; `silent` when a deadline passed. */
  | { readonly ok: false; readonly fault: string };

export interface PostgresReading {
  readonly state: "up" | "slow" | "down";
  readonly reason: Message | null;
  readonly latencyMs: number | null;
  readonly maxConnections: number | null;
  /** Of these, kept back for superusers and the like. */
  readonly reserved: number | null;
}

/** What the last answers, newest last, say about the server. Pure. */
export const judgePostgres = (answers: readonly PostgresAnswer[]): PostgresReading => {
  const last = answers.at(-1);
  const { maxConnections = null, reserved = null } = answers.findLast((answer) => answer.ok) ?? {};
  if (last === undefined) return { state: "up", reason: null, latencyMs: null, maxConnections, reserved };
  if (last.ok) {
    const { latencyMs } = last;
    const slow = latencyMs > slowMs;
    const reason = slow
      ? { code: "sick.slow", facts: { service: "PostgreSQL", latencyMs: Math.round(latencyMs) } }
      : null;
    return { state: slow ? "slow" : "up", reason, latencyMs, maxConnections, reserved };
  }
  const before = answers.at(-2);
  // One deadline missed may be a busy host; a refusal, or two in a row, is not.
  const once = last.fault === "silent" && (before === undefined || before.ok);
  const reason = { code: "sick.down", facts: { service: "PostgreSQL", fault: last.fault } };
  return { state: once ? "slow" : "down", reason, latencyMs: null, maxConnections, reserved };
};

/** `SELECT` of a setting takes well under a millisecond on an idle server; at a quarter second pages are felt to be slow. */
const slowMs = 250;

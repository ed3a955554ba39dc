import type { Message } from "../../errors.ts";

/** One look at the upstream. */
export type UpstreamAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly latencyMs: number }
  /** Nothing within the deadline. */
  | { readonly kind: "silent" }
  /** No connection, or none that answers HTTP: the system's code. */
  | { readonly kind: "refused"; readonly fault: string };

export interface UpstreamReading {
  readonly url: string;
  readonly state: "up" | "slow" | "down";
  readonly reason: Message | null;
  readonly latencyMs: number | null;
}

/**
 * What the last answers, newest last, say about the upstream. Any answer below 500 is up: a page that asks for a login is
 * alive. Silence is slow first, since all its threads may be at work; after three looks it is down. Pure.
 */
export const judgeUpstream = (url: string, path: string, answers: readonly UpstreamAnswer[]): UpstreamReading => {
  const last = answers.at(-1);
  const facts = { service: url };
  if (last === undefined) return { url, state: "up", reason: null, latencyMs: null };
  switch (last.kind) {
    case "answered": {
      const { status } = last;
      const latencyMs = Math.round(last.latencyMs * 10) / 10;
      if (status >= 500)
        return { url, state: "down", reason: { code: "sick.answers", facts: { ...facts, path, status } }, latencyMs };
      if (latencyMs <= slowMs) return { url, state: "up", reason: null, latencyMs };
      const reason = { code: "sick.slow", facts: { ...facts, latencyMs: Math.round(latencyMs) } };
      return { url, state: "slow", reason, latencyMs };
    }
    case "silent": {
      const isDown = answers.slice(-silentLooks).filter(({ kind }) => kind === "silent").length === silentLooks;
      const reason = { code: "sick.down", facts: { ...facts, fault: "silent" } };
      return { url, state: isDown ? "down" : "slow", reason, latencyMs: null };
    }
    case "refused":
      return {
        url,
        state: "down",
        reason: { code: "sick.down", facts: { ...facts, fault: last.fault } },
        latencyMs: null,
      };
  }
};

export const silentLooks = 3;
/** A page, not a ping: it queues behind other requests. */
const slowMs = 1_000;

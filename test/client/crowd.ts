import assert from "node:assert/strict";
import { http2User } from "./http2-user.ts";
import { whoAnswered, type NameCard } from "./name-card.ts";
import type { Outcome } from "./outcome.ts";
import { keepAliveUser, oneShotUser, type User } from "./user.ts";

/** Users at work on one address; every request any of them sent is recorded. */
export const gatherCrowd = (options: CrowdOptions): Crowd => {
  const { port, keepAlive, oneShot, http2 = 0, secure = false, thinkMs, path = "/slow?ms=20", body, random } = options;
  const stopping = new AbortController();
  const requests: SentRequest[] = [];
  let sent = 0;
  const nextPath = (): string => {
    const next = typeof path === "string" ? path : path();
    return `${next}${next.includes("?") ? "&" : "?"}n=${++sent}`;
  };
  const join = (user: User): Promise<void> =>
    user({
      port,
      secure,
      thinkMs,
      stopped: stopping.signal,
      nextPath,
      random: random ?? Math.random,
      tell: (sentPath, outcome, heldBy, localPort = null) =>
        requests.push({ ...judge(sentPath, outcome, heldBy, body), localPort }),
    });
  const users = [
    ...Array.from({ length: keepAlive }, () => join(keepAliveUser)),
    ...Array.from({ length: oneShot }, () => join(oneShotUser)),
    ...Array.from({ length: http2 }, () => join(http2User)),
  ];
  return {
    requests,
    leave: async () => {
      stopping.abort();
      await Promise.all(users);
      return requests;
    },
  };
};

export interface CrowdOptions {
  readonly port: number;
  readonly keepAlive: number;
  readonly oneShot: number;
  readonly http2?: number;
  /** All of them over TLS. */
  readonly secure?: boolean;
  readonly thinkMs: number;
  /** A path of a fixture app that repeats `n`, or what gives the next one; a handler of 20 ms unless said. */
  readonly path?: string | (() => string);
  /** What every answer must be, of an app that does not say who answered. */
  readonly body?: string | undefined;
  /** From 0 up to 1: spreads the times to think. */
  readonly random?: () => number;
}

export interface Crowd {
  readonly requests: readonly SentRequest[];
  /** Every user finishes the request it is at; then nobody is left. */
  leave(): Promise<readonly SentRequest[]>;
}

export interface SentRequest {
  readonly sentAtMs: number;
  readonly endedAtMs: number;
  /** Who answered; null where nobody of the app did. */
  readonly by: NameCard | null;
  /** Pid of the worker that gave the last answer on this connection; null on a new one. */
  readonly heldBy: number | null;
  /** Of a keep-alive user's connection. */
  readonly localPort?: number | null;
  /** null: a complete 200 with the right body. Else the kind: refused, reset, empty, cut, time-out, 503, wrong body. */
  readonly failure: string | null;
  readonly detail: string;
}

export const failedOf = (requests: readonly SentRequest[]): readonly SentRequest[] =>
  requests.filter((request) => request.failure !== null);

export const countByKind = (requests: readonly SentRequest[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { failure } of requests) counts[failure ?? "ok"] = (counts[failure ?? "ok"] ?? 0) + 1;
  return counts;
};

export const assertNoneFailed = (requests: readonly SentRequest[], atLeast: number): void => {
  const failed = failedOf(requests);
  const samples = failed.slice(0, 5).map(({ failure, detail }) => `${failure} (${detail})`);
  assert.equal(failed.length, 0, `${JSON.stringify(countByKind(requests))}: ${samples.join("; ")}`);
  assert.ok(requests.length >= atLeast, `only ${requests.length} requests were sent, ${atLeast} make the proof`);
};

export const judge = (path: string, outcome: Outcome, heldBy: number | null = null, body?: string): SentRequest => {
  const { sentAtMs, endedAtMs } = outcome;
  const by = whoAnswered(outcome);
  const right =
    body === undefined
      ? by?.n === new URL(path, "http://x").searchParams.get("n")
      : outcome.kind === "answer" && outcome.body === body;
  const failure = failureOf(outcome, right);
  const detail = outcome.kind === "answer" ? `${path}: ${outcome.body.slice(0, 200)}` : outcome.detail;
  return { sentAtMs, endedAtMs, by, heldBy, failure, detail };
};

const failureOf = (outcome: Outcome, rightBody: boolean): string | null => {
  if (outcome.kind !== "answer") return outcome.kind;
  if (outcome.status !== 200) return String(outcome.status);
  return rightBody ? null : "wrong body";
};

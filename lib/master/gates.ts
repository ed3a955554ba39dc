import type { Message } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import type { SeenFigures } from "./seen.ts";

/** What was seen of a generation since the door pointed to it, and who is sick: what fails then is not its fault. */
export interface Watched extends SeenFigures {
  /** Workers that have been silent for too long: they may hang, and that takes its time to tell. */
  readonly late: number;
  /** Workers that are ready and speak. */
  readonly onTime: number;
  readonly sick: readonly SickPart[];
  /** Something is looked at that can be sick, and may be before that is told. */
  readonly leansOnServices: boolean;
}

/** Named as the gate says it. */
export type SickPart = "postgres" | "redis" | "upstream" | "host";

/** The last minute of the one before it, without what another change brought into it; null without traffic. */
export interface Before {
  readonly errorRate: number | null;
  readonly p95Ms: number | null;
  /** Of a worker; null where none has spoken lately. */
  readonly rssBytes: number | null;
}

export interface GateInput {
  readonly profile: Pick<Profile, "promise" | "indicators" | "hang">;
  readonly before: Before;
  readonly now: Watched;
  readonly windowMs: number;
  /** It has had its second window. */
  readonly extended: boolean;
}

export type GateVerdict =
  | { readonly verdict: "wait" | "extend" | "passed" }
  /** `because`: which gate, with what was found and what is allowed. */
  | { readonly verdict: "failed" | "inconclusive"; readonly because: Message };

/**
 * Whether a generation may be committed. Crashes, hangs, a leak and many errors fail at once; slowness and the rest are
 * judged at the end of the window. Where PostgreSQL, Redis, the upstream or the host is sick, errors and slowness prove
 * nothing. Pure.
 */
export const judgeGates = ({ profile, before, now, windowMs, extended }: GateInput): GateVerdict => {
  const overMs = windowMs * (extended ? 2 : 1);
  const isOver = now.forMs >= overMs;
  const isSick = now.sick.length > 0;
  const fault = ownFault(now) ?? leak(before, now) ?? (isSick ? null : tooManyErrors(profile, before, now, isOver));
  if (fault !== null) return { verdict: "failed", because: fault };
  if (!isOver) return { verdict: "wait" };
  if (now.late > 0 && now.forMs < overMs + profile.hang.killAfterSec * 1_000 + hangToldWithinMs)
    return { verdict: "wait" };
  if (isSick && !extended) return { verdict: "extend" };
  if (isSick) return { verdict: "inconclusive", because: { code: "gate.sick", facts: { sick: [...now.sick] } } };
  // Where nobody comes, dashd asks itself: without an answer to that, nothing is known.
  if (windowMs > 0 && now.answers === 0) {
    if (now.forMs < windowMs + answerWithinMs) return { verdict: "wait" };
    return { verdict: "failed", because: { code: "gate.no-answer", facts: {} } };
  }
  const slow = tooSlow(profile, before, now);
  return slow === null ? { verdict: "passed" } : { verdict: "failed", because: slow };
};

const ownFault = ({ crashes, hangs, forMs }: Watched): Message | null => {
  const afterSec = Math.round(forMs / 1_000);
  if (hangs > 0) return { code: "gate.hangs", facts: { found: hangs, afterSec } };
  return crashes >= crashesAllowed ? { code: "gate.crashes", facts: { found: crashes, afterSec } } : null;
};

/** Far above what the one before it holds, and it goes on rising: a cache that fills and code that warms up level off. */
const leak = (before: Before, { memory, forMs, sick }: Watched): Message | null => {
  if (memory === null || forMs < leakToldAfterMs) return null;
  // Requests that wait for a sick service take room. A full host is no excuse: this may be what fills it.
  if (sick.some((part) => part !== "host")) return null;
  const { rssBytes, roseBytes, roseLatelyBytes } = memory;
  const allowed = (before.rssBytes ?? 0) * growsBy + growsByBytes;
  if (rssBytes <= allowed || roseBytes <= growsByBytes || roseLatelyBytes < roseBytes * stillRising) return null;
  return { code: "gate.memory", facts: { found: rssBytes, allowed, before: before.rssBytes, rose: roseBytes } };
};

/** More than the stage warns of, more than before, and not by chance. */
const tooManyErrors = (
  { indicators }: GateInput["profile"],
  before: Before,
  now: Watched,
  isOver: boolean,
): Message | null => {
  if (now.answers < (isOver ? 1 : answersForErrors)) return null;
  const allowed = Math.max(indicators.errors.warn, (before.errorRate ?? 0) + errorRise);
  if (surelyAtLeast(now.errors, now.answers) <= allowed) return null;
  const rate = now.errors / now.answers;
  return { code: "gate.errors", facts: { found: rate, allowed, before: before.errorRate, answers: now.answers } };
};

/** Several times slower than before, or beyond the promise where it was within it before. */
const tooSlow = ({ promise }: GateInput["profile"], before: Before, now: Watched): Message | null => {
  if (now.p95Of < answersForP95 || now.p95Ms === null) return null;
  const promisedMs = Math.max(...promise.map(({ responseP95Ms }) => responseP95Ms));
  const wasWithin = before.p95Ms === null || before.p95Ms <= promisedMs;
  const allowedMs = Math.min(
    before.p95Ms === null ? Number.POSITIVE_INFINITY : before.p95Ms * slowerBy + slowerByMs,
    wasWithin ? promisedMs : Number.POSITIVE_INFINITY,
  );
  if (now.p95Ms <= allowedMs) return null;
  return { code: "gate.p95", facts: { found: now.p95Ms, allowed: allowedMs, before: before.p95Ms } };
};

/** The lower end of the Wilson interval: with 2 errors in 20 answers the rate is hardly under 3 %. */
const surelyAtLeast = (errors: number, answers: number): number => {
  const rate = errors / answers;
  const centre = rate + z ** 2 / (2 * answers);
  const spread = z * Math.sqrt((rate * (1 - rate)) / answers + z ** 2 / (4 * answers ** 2));
  return Math.max(0, (centre - spread) / (1 + z ** 2 / answers));
};

/** One may have been an accident that the old code has too. */
const crashesAllowed = 2;
/** Before the window is over. */
const answersForErrors = 20;
const answersForP95 = 40;
/** A hang is judged by its CPU, of which a blocked loop gets less on a busy host. */
const hangToldWithinMs = 10_000;
/** Beyond a short window: an answer is told with the next beat. */
const answerWithinMs = 5_000;
const errorRise = 0.02;
/** A fresh worker's code is not compiled yet, and the host runs two generations: twice as slow means nothing. */
const slowerBy = 4;
const slowerByMs = 50;
/** Twice around of a worker's own look at its memory. */
const leakToldAfterMs = 10_000;
/** Healthy workers rose by 60 MB in their first half minute under 100 users, by 5 of them in its second half (measured). */
const growsBy = 2;
const growsByBytes = 256 * 1_048_576;
/** What grows evenly has risen by a third or more in the second half, as rarely as a worker looks. */
const stillRising = 0.25;
/** 97.5 %, one side. */
const z = 1.96;

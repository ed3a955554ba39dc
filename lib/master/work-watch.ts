import { fewestRequests, type Measured, measureWork, windowMs, type WorkSecond } from "../health/work.ts";
import { sumOf } from "../histogram.ts";
import type { Beat } from "../protocol/worker-messages.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What requests cost the workers in force: fed by their beats once a second, kept when the traffic ends. */
export interface WorkWatch {
  tick(look: WorkLook): void;
  /** The last good estimate, of whatever code it was; null: there never was one. */
  last(): WorkEstimate | null;
}

export interface WorkLook {
  /** Monotonic. */
  readonly nowMs: number;
  /** Of the app in force: with other code everything is measured anew. */
  readonly app: string;
  /** Of the generation in force. */
  readonly serving: readonly WorkerRecord[];
  /** Cores that the whole host used in the last second; null: unknown. */
  readonly usedCores: number | null;
  /** Distinct users of the last five minutes. */
  readonly users: number | null;
  /** Of the last minute, and how many it is made of. */
  readonly p95Ms: number | null;
  readonly lastMinuteAnswers: number;
}

export interface WorkEstimate {
  readonly app: string;
  /** Wall clock, ISO 8601. */
  readonly at: string;
  readonly measured: Measured;
  /** The lowest of a minute. */
  readonly responseP95Ms: number | null;
  /** null: too few users, or not for long enough. */
  readonly requestsPerUserSec: number | null;
}

export const createWorkWatch = (wallClock: () => Date): WorkWatch => {
  let seconds: WorkSecond[] = [];
  let app: string | null = null;
  let sinceMs = 0;
  let lowestP95Ms: number | null = null;
  let last: WorkEstimate | null = null;
  let heard = new Map<number, number>();

  /** Beats that came since the last look. */
  const fresh = (serving: readonly WorkerRecord[]): readonly Beat[] => {
    const known = heard;
    heard = new Map(serving.map(({ id, beatAtMs }) => [id, beatAtMs ?? 0]));
    return serving.flatMap(({ id, beat, beatAtMs }) =>
      beat !== null && (beatAtMs ?? 0) > (known.get(id) ?? 0) ? [beat] : [],
    );
  };

  return {
    tick: ({ nowMs, serving, ...look }) => {
      if (look.app !== app) {
        app = look.app;
        sinceMs = nowMs;
        seconds = [];
        lowestP95Ms = null;
      }
      const beats = fresh(serving);
      const second = secondOf(beats, look.usedCores, nowMs);
      if (!isFailing(beats)) seconds.push(second);
      while ((seconds[0]?.atMs ?? nowMs) <= nowMs - windowMs) seconds.shift();
      // A minute of this code alone.
      if (
        nowMs - sinceMs >= minuteMs &&
        !isFailing(beats) &&
        look.p95Ms !== null &&
        look.lastMinuteAnswers >= fewestRequests
      ) {
        lowestP95Ms = Math.min(lowestP95Ms ?? look.p95Ms, look.p95Ms);
      }
      if (second.answers === 0 || isFailing(beats)) return;
      const measured = measureWork(seconds);
      if (measured === null) return;
      const requestsPerUserSec = perUser(seconds, look.users, nowMs) ?? sameCode(last, app)?.requestsPerUserSec ?? null;
      last = { app, at: wallClock().toISOString(), measured, responseP95Ms: lowestP95Ms, requestsPerUserSec };
    },
    last: () => last,
  };
};

const sameCode = (last: WorkEstimate | null, app: string): WorkEstimate | null => (last?.app === app ? last : null);

/** What an app costs that answers with errors is not what it costs. */
const isFailing = (beats: readonly Beat[]): boolean => {
  const answers = beats.reduce((total, beat) => total + beat.answers, 0);
  return beats.reduce((total, beat) => total + beat.errors, 0) > answers * mostErrors;
};

const secondOf = (beats: readonly Beat[], usedCores: number | null, atMs: number): WorkSecond => {
  const isIdle = (beat: Beat): boolean => beat.answers === 0 && beat.inFlight === 0 && beat.queued === 0;
  const working = beats.filter((beat) => !isIdle(beat));
  const idle = beats.filter(isIdle);
  const sum = (of: readonly Beat[], figure: (beat: Beat) => number): number =>
    of.reduce((total, beat) => total + figure(beat), 0);
  const service = working.map(({ responseMs }) => sumOf(responseMs));
  const workersCores = sum(beats, ({ cpuMs, spanMs }) => (spanMs > 0 ? cpuMs / spanMs : 0));
  return {
    atMs,
    answers: sum(working, ({ answers }) => answers),
    cpuMs: sum(working, ({ cpuMs }) => cpuMs),
    spanMs: sum(working, ({ spanMs }) => spanMs),
    idleCpuMs: sum(idle, ({ cpuMs }) => cpuMs),
    idleSpanMs: sum(idle, ({ spanMs }) => spanMs),
    serviceMs: service.reduce((total, { totalMs }) => total + totalMs, 0),
    served: service.reduce((total, { count }) => total + count, 0),
    queryMs: sum(working, ({ postgres }) => (postgres === null ? 0 : sumOf(postgres.queryMs).totalMs)),
    othersCores: usedCores === null ? null : usedCores - workersCores,
  };
};

/** Over the five minutes in which users are counted: fewer of them, or a shorter time, is no rate. */
const perUser = (seconds: readonly WorkSecond[], users: number | null, nowMs: number): number | null => {
  const first = seconds.find(({ answers }) => answers > 0);
  if (users === null || users < fewestUsers || first === undefined || nowMs - first.atMs < longEnoughMs) return null;
  const answers = seconds.reduce((total, second) => total + second.answers, 0);
  return answers / ((nowMs - first.atMs) / 1_000) / users;
};

const mostErrors = 0.1;
const minuteMs = 60_000;
const fewestUsers = 10;
const longEnoughMs = windowMs * 0.9;

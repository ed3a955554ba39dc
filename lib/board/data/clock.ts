/**
 * Days are counted from 1970-01-01 in the time zone of this process; the data hold wall-clock time, so that "the same
 * time last week" and "by hour" stay true over a change to summer time.
 */
export interface WallClock {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** `2026-11-23 14:05:09`, local. */
  readonly text: string;
}

export const wallClock = (now: Date): WallClock => {
  const local = Date.UTC(
    now.getFullYear(),
    now.getMonth(),
    now.getDate(),
    now.getHours(),
    now.getMinutes(),
    now.getSeconds(),
  );
  return { day: Math.floor(local / dayMs), text: textOf(local) };
};

/** `2026-11-23 14:05:09` of a day and the seconds in it. */
export const momentText = (day: number, second: number): string => textOf(day * dayMs + second * 1000);

export const dayText = (day: number): string => textOf(day * dayMs).slice(0, 10);

export const dayOf = (text: string): number => Math.floor(Date.parse(`${text}T00:00:00Z`) / dayMs);

/** Monday is 0. 1970-01-01 was a Thursday. */
export const weekday = (day: number): number => (day + 3) % 7;

const textOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 19).replace("T", " ");

const dayMs = 86_400_000;

import { createUserSketch, type UserSketch } from "../protocol/user-sketch.ts";

/** Distinct users of the last five minutes, over all workers and generations. */
export interface UsersOnline {
  /** Pairs of hash and rank, as a beat tells them. */
  add(pairs: readonly number[], nowMs: number): void;
  count(nowMs: number): number;
}

export const createUsersOnline = (): UsersOnline => {
  let counted = { atSec: -1, users: 0 };
  const spans: { readonly from: number; readonly sketch: UserSketch }[] = [];
  const forget = (nowMs: number): void => {
    while (spans.length > 0 && (spans[0]?.from ?? 0) < nowMs - windowMs) spans.shift();
  };
  return {
    add: (pairs, nowMs) => {
      if (pairs.length === 0) return;
      forget(nowMs);
      const from = Math.floor(nowMs / spanMs) * spanMs;
      let last = spans.at(-1);
      if (last?.from !== from) {
        last = { from, sketch: createUserSketch() };
        spans.push(last);
      }
      for (let at = 0; at + 1 < pairs.length; at += 2) last.sketch.add(pairs[at] ?? 0, pairs[at + 1] ?? 0);
    },
    count: (nowMs) => {
      const atSec = Math.floor(nowMs / 1_000);
      if (counted.atSec === atSec) return counted.users;
      forget(nowMs);
      const all = createUserSketch();
      for (const { sketch } of spans) all.merge(sketch);
      counted = { atSec, users: all.estimate() };
      return counted.users;
    },
  };
};

const windowMs = 300_000;
const spanMs = 30_000;

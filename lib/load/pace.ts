import type { ThinkTime, Visit } from "./plan.ts";

/** From 0 up to 1, the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A pause of this distribution, bounded: nobody thinks longer than ten medians. */
export const drawThinkMs = ({ medianMs, spread }: ThinkTime, random: () => number): number => {
  if (medianMs === 0) return 0;
  // Box-Muller; 1 - random() is never 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(medianMs * mostMedians, medianMs * Math.exp(spread * normal));
};

export const drawVisit = (visits: readonly Visit[], random: () => number): Visit | undefined => {
  const all = visits.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * all;
  return visits.find(({ weight }) => (left -= weight) < 0) ?? visits.at(-1);
};

const mostMedians = 10;

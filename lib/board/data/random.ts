/**
 * Numbers in [0, 1) that depend on the seed alone (mulberry32): the same on every machine and in every version of
 * PostgreSQL, which its own random() and hashes do not promise.
 */
export const createRandom = (...seed: readonly number[]): (() => number) => {
  let state = 0x6d2b79f5;
  for (const part of seed) state = mix(state ^ mix(part + 0x9e3779b9));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
};

const mix = (value: number): number => {
  let mixed = Math.imul(value ^ (value >>> 15), value | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
};

/** The place in rising sums where a number of [0, 1) falls. */
export const pick = (sums: readonly number[], share: number): number => {
  const wanted = share * (sums.at(-1) ?? 0);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
};

export const risingSums = (weights: readonly number[]): readonly number[] => {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
};

/**
 * A sketch of how many distinct users there were (HyperLogLog): mergeable over processes and time, of a fixed size, and
 * nobody can be read out of it. Off by 1 to 2 % for what a stage is for.
 */
export interface UserSketch {
  /** Tells whether the sketch is another one now. */
  add(index: number, rank: number): boolean;
  merge(other: UserSketch): void;
  ranks(): Uint8Array;
  clear(): void;
  /** A whole number. */
  estimate(): number;
}

/** Where a user falls in a sketch. */
export interface SketchPlace {
  readonly index: number;
  readonly rank: number;
}

export const createUserSketch = (): UserSketch => {
  const ranks = new Uint8Array(registers);
  const add = (index: number, rank: number): boolean => {
    const known = ranks[index];
    if (known === undefined || known >= rank) return false;
    ranks[index] = rank;
    return true;
  };
  return {
    add,
    merge: (other) => other.ranks().forEach((rank, index) => void add(index, rank)),
    ranks: () => ranks,
    clear: () => void ranks.fill(0),
    estimate: () => {
      let sum = 0;
      let empty = 0;
      for (const rank of ranks) {
        sum += 2 ** -rank;
        if (rank === 0) empty++;
      }
      const raw = (bias * registers ** 2) / sum;
      // Few users leave most places empty: how many says more than their ranks.
      return Math.round(raw <= 2.5 * registers && empty > 0 ? registers * Math.log(registers / empty) : raw);
    },
  };
};

/** The same for the same words and key; two 32-bit hashes (cyrb53), which is plenty for places and ranks. */
export const placeOf = (words: string, key: number): SketchPlace => {
  let [a, b] = [0xdeadbeef ^ key, 0x41c6ce57 ^ key];
  for (let at = 0; at < words.length; at++) {
    const code = words.charCodeAt(at);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return { index: (a >>> 0) % registers, rank: Math.clz32(b) + 1 };
};

const registers = 4_096;
const bias = 0.7213 / (1 + 1.079 / registers);

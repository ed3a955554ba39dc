/**
 * How many distinct users there were: mergeable over processes and time, of a bounded size, and no name in it. Exact for as
 * many as a stage is for, so that nobody is sent to the next stage by an error of counting; for more than that a
 * sketch (HyperLogLog), off by 1 to 2 %.
 */
export interface UserSketch {
  /** Tells whether the sketch is another one now. */
  add(hash: number, rank: number): boolean;
  merge(other: UserSketch): void;
  ranks(): Uint8Array;
  /** null: there are too many to be told apart. */
  hashes(): ReadonlySet<number> | null;
  clear(): void;
  /** A whole number. */
  estimate(): number;
}

/** Where a user falls in a sketch. */
export interface SketchPlace {
  /** 32 bits. */
  readonly hash: number;
  readonly rank: number;
}

export const createUserSketch = (): UserSketch => {
  const ranks = new Uint8Array(registers);
  let hashes: Set<number> | null = new Set();
  const raise = (index: number, rank: number): boolean => {
    const known = ranks[index];
    if (known === undefined || known >= rank) return false;
    ranks[index] = rank;
    return true;
  };
  const keep = (hash: number): boolean => {
    if (hashes === null || hashes.has(hash)) return false;
    if (hashes.size < exactUpTo) hashes.add(hash);
    else hashes = null;
    return true;
  };
  return {
    add: (hash, rank) => {
      const isRaised = raise(hash % registers, rank);
      return keep(hash) || isRaised;
    },
    merge: (other) => {
      other.ranks().forEach((rank, index) => void raise(index, rank));
      const others = other.hashes();
      if (others === null) hashes = null;
      else for (const hash of others) keep(hash);
    },
    ranks: () => ranks,
    hashes: () => hashes,
    clear: () => {
      ranks.fill(0);
      hashes = new Set();
    },
    estimate: () => {
      if (hashes !== null) return hashes.size;
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
  return { hash: a >>> 0, rank: Math.clz32(b) + 1 };
};

/** Twice what the largest stage is for. */
const exactUpTo = 1_024;
const registers = 4_096;
const bias = 0.7213 / (1 + 1.079 / registers);

/**
 * Says once what every worker of a booting generation says alike: sixteen stacks of one error hide the error. Only for
 * what comes before ready, and only across slots: a slot may repeat itself.
 */
export interface BootEcho {
  isEcho(slot: number, words: string): boolean;
}

export const createBootEcho = (): BootEcho => {
  const saidBy = new Map<string, number>();
  return {
    isEcho: (slot, words) => {
      const first = saidBy.get(words);
      if (first !== undefined) return first !== slot;
      if (saidBy.size < wordsKept) saidBy.set(words, slot);
      return false;
    },
  };
};

const wordsKept = 1_000;

/** Lines that wait for the disk, in order. */
export interface LogQueue {
  readonly bytes: number;
  /** `lines`: that it is in truth, already joined. */
  push(line: string, bytes: number, lines?: number): void;
  /** As many of the oldest as fit, one at least; null when empty. */
  take(mostBytes: number): LogBatch | null;
}

export interface LogBatch {
  /** Whole lines with their line ends. */
  readonly text: string;
  readonly bytes: number;
  readonly lines: number;
}

/** A plain array's `shift` moves all that is behind: seconds for the backlog of a slow disk. */
export const createLogQueue = (): LogQueue => {
  let waiting: { readonly line: string; readonly bytes: number; readonly lines: number }[] = [];
  let head = 0;
  let total = 0;
  return {
    get bytes() {
      return total;
    },
    push: (line, bytes, lines = 1) => {
      waiting.push({ line, bytes, lines });
      total += bytes;
    },
    take: (mostBytes) => {
      const from = head;
      let bytes = 0;
      for (let next = waiting[head]; next !== undefined; next = waiting[head]) {
        if (head > from && bytes + next.bytes > mostBytes) break;
        bytes += next.bytes;
        head++;
      }
      if (head === from) return null;
      const taken = waiting.slice(from, head);
      const text = taken.map(({ line }) => `${line}\n`);
      const lines = taken.reduce((sum, one) => sum + one.lines, 0);
      total -= bytes;
      if (head === waiting.length || head > compactAfter) {
        waiting = waiting.slice(head);
        head = 0;
      }
      return { text: text.join(""), bytes, lines };
    },
  };
};

const compactAfter = 4096;

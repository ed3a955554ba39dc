/** Lines that wait for the disk, in order. */
export interface LogQueue {
  readonly bytes: number;
  push(line: string, bytes: number): void;
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
  let waiting: { readonly line: string; readonly bytes: number }[] = [];
  let head = 0;
  let total = 0;
  return {
    get bytes() {
      return total;
    },
    push: (line, bytes) => {
      waiting.push({ line, bytes });
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
      const text = waiting.slice(from, head).map(({ line }) => `${line}\n`);
      total -= bytes;
      if (head === waiting.length || head > compactAfter) {
        waiting = waiting.slice(head);
        head = 0;
      }
      return { text: text.join(""), bytes, lines: text.length };
    },
  };
};

const compactAfter = 4096;

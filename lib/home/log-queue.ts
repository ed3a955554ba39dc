/** Lines that wait for the disk, in order. */
export interface LogQueue {
  readonly bytes: number;
  push(line: string, bytes: number): void;
  /** null when empty. */
  shift(): string | null;
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
    shift: () => {
      const first = waiting[head];
      if (first === undefined) return null;
      head++;
      total -= first.bytes;
      if (head === waiting.length || head > compactAfter) {
        waiting = waiting.slice(head);
        head = 0;
      }
      return first.line;
    },
  };
};

const compactAfter = 4096;

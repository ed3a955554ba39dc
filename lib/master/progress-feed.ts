import type { Progress } from "../protocol/control.ts";

/** Progress that goes on whoever listens: a client that goes away only detaches, one that comes sees it from the start. */
export interface ProgressFeed {
  readonly lines: AsyncIterable<Progress>;
  push(line: Progress): void;
  end(): void;
}

export const createProgressFeed = (): ProgressFeed => {
  const said: Progress[] = [];
  let ended = false;
  let wakers: (() => void)[] = [];
  const wake = (): void => {
    const waiting = wakers;
    wakers = [];
    for (const waker of waiting) waker();
  };
  const lines = async function* (): AsyncGenerator<Progress, void> {
    for (let next = 0; ; next++) {
      while (next >= said.length) {
        if (ended) return;
        await new Promise<void>((resolve) => wakers.push(resolve));
      }
      const line = said[next];
      if (line !== undefined) yield line;
    }
  };
  return {
    lines: { [Symbol.asyncIterator]: lines },
    push: (line) => {
      said.push(line);
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
  };
};

import { DashdError } from "../errors.ts";
import type { Outcome, Progress } from "../protocol/control.ts";

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

/**
 * The feed of a change, once the change is planned, or before that where planning has something to tell already: a refusal
 * is the caller's until then, and an outcome from then on.
 */
export const feedOnce = async (
  feed: ProgressFeed,
  plan: (begun: (line: Progress) => void) => Promise<void>,
  where: () => Pick<Outcome, "stage" | "revision" | "generation">,
): Promise<ProgressFeed> => {
  let isBegun = false;
  await new Promise<void>((resolve, reject) => {
    const begun = (line: Progress): void => {
      isBegun = true;
      feed.push(line);
      resolve();
    };
    plan(begun).then(resolve, (error: unknown) => {
      if (!isBegun) return reject(error instanceof Error ? error : new Error(String(error)));
      feed.push(refusal(error, where()));
      feed.end();
    });
  });
  return feed;
};

const refusal = (error: unknown, where: Pick<Outcome, "stage" | "revision" | "generation">): Progress => {
  const known = error instanceof DashdError ? error : new DashdError("E_INTERNAL", {}, { cause: error });
  const { exitCode, code, facts, hint, details } = known;
  const { stage, revision, generation } = where;
  return { type: "outcome", exitCode, message: { code, facts }, hint, details, stage, revision, generation };
};

import { setTimeout as pause } from "node:timers/promises";
import type { FilledPool } from "../../protocol/worker-messages.ts";

/** Takes a pool's whole share of connections, so that the server can be asked how many there are. */
export interface PoolFill {
  /** Settles once its share is connected and a further one waits or was had; bounded, never rejects. */
  fill(): Promise<FilledPool>;
  /** Gives everything back; what still waits gives its connection back when it comes. */
  empty(): void;
}

export interface PoolFillDependencies {
  readonly connect: () => Promise<{ release(): void }>;
  /** The server's numbers of all that the pool has, the app's included. */
  readonly backends: () => readonly number[];
  /** Connections that the pool is opening: a full one opens none. */
  readonly opening: () => number;
  /** As many as this worker may have. */
  readonly share: number;
}

export const createPoolFill = ({ connect, backends, opening, share }: PoolFillDependencies): PoolFill => {
  let release: (() => void) | null = null;

  const empty = (): void => {
    release?.();
    release = null;
  };

  return {
    empty,
    fill: async () => {
      empty();
      const taken: { release(): void }[] = [];
      let isOver = false;
      let fault: string | null = null;
      let failed = 0;
      const take = async (): Promise<void> => {
        try {
          const client = await connect();
          if (isOver) client.release();
          else taken.push(client);
        } catch (error) {
          failed += 1;
          fault ??= error instanceof Error ? error.message : String(error);
        }
      };
      const wanted = share + 1;
      for (let n = 0; n < wanted; n++) void take();
      const timer = setTimeout(empty, heldAtMostMs).unref();
      release = () => {
        clearTimeout(timer);
        isOver = true;
        for (const client of taken.splice(0)) client.release();
      };
      const untilMs = performance.now() + filledWithinMs;
      while (backends().length < share && failed === 0 && performance.now() < untilMs) await pause(lookEveryMs);
      // One that can be had is asked for by then; the server of a busy host takes its time to give it.
      const beyondUntilMs = performance.now() + beyondWithinMs;
      const mayCome = (): boolean => performance.now() < (opening() > 0 ? untilMs : beyondUntilMs);
      while (backends().length <= share && failed === 0 && mayCome()) await pause(lookEveryMs);
      const found = backends();
      if (found.length < share && fault === null) fault = `${found.length}/${share}`;
      return { backends: found, isCapped: found.length <= share && taken.length < wanted && failed === 0, fault };
    },
  };
};

/** A pool waits 5 s for a connection, and its app with it: that must not come to pass. */
const heldAtMostMs = 4_000;
const filledWithinMs = 2_500;
const beyondWithinMs = 300;
const lookEveryMs = 10;

/**
 * A request that carries this header is told how long it waited, at the door and in the queue, before it got its slot:
 * `Server-Timing: wait;dur=12.5` (milliseconds). `dashd load` asks so; for everybody else nothing is done.
 */
export const timingHeader = "dashd-timing";

/** As the header's value it also asks who answers: `worker;desc="3.4711"`, slot and pid. Only this host is told. */
export const asksWho = "worker";

/** null where the server told nothing. */
export const waitMsIn = (serverTiming: string | null): number | null => {
  const found = /(?:^|,)\s*wait;dur=(\d+(?:\.\d+)?)/.exec(serverTiming ?? "")?.[1];
  return found === undefined ? null : Number(found);
};

export interface AnsweringWorker {
  readonly slot: number;
  readonly pid: number;
}

/** null where the server told nothing. */
export const workerIn = (serverTiming: string | null): AnsweringWorker | null => {
  const found = /(?:^|,)\s*worker;desc="(\d+)\.(\d+)"/.exec(serverTiming ?? "");
  return found === null ? null : { slot: Number(found[1]), pid: Number(found[2]) };
};

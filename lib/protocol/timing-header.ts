/**
 * A request that carries this header is told how long it waited, at the door and in the queue, before it got its slot:
 * `Server-Timing: wait;dur=12.5` (milliseconds). `dashd load` asks so; for everybody else nothing is done.
 */
export const timingHeader = "dashd-timing";

/** null where the server told nothing. */
export const waitMsIn = (serverTiming: string | null): number | null => {
  const found = /(?:^|,)\s*wait;dur=(\d+(?:\.\d+)?)/.exec(serverTiming ?? "")?.[1];
  return found === undefined ? null : Number(found);
};

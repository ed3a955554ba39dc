/**
 * One shared timer for many waits: ticks while there is something to look at, costs nothing when there is not, and never
 * holds the process. A request only asks "is it armed?".
 */
export const createTicker = (everyMs: number, tick: () => boolean): { arm(): void } => {
  let armed = false;
  let timer: NodeJS.Timeout | null = null;
  const arm = (): void => {
    if (armed) return;
    armed = true;
    if (timer === null) timer = setTimeout(fire, everyMs).unref();
    else timer.refresh();
  };
  const fire = (): void => {
    armed = false;
    if (tick()) arm();
  };
  return { arm };
};

/** How late a time-out may act. */
export const tickMs = 100;

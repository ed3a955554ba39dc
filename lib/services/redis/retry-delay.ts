/**
 * How long to wait before the next connection: 50 ms, doubled up to a second, and shorter by up to a fifth so that workers
 * do not come all at once. `attempt` from 1, `chance` from 0 to 1. A wrong password does not heal by asking. Pure.
 */
export const retryDelayMs = (attempt: number, fault: string | null, chance: number): number => {
  const delayMs =
    fault === "password" ? wrongPasswordMs : Math.min(firstMs * 2 ** Math.min(attempt - 1, 10), longestMs);
  return Math.round(delayMs * (1 - chance / 5));
};

const firstMs = 50;
const longestMs = 1_000;
const wrongPasswordMs = 3_000;

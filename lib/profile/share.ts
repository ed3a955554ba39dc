import { DashdError } from "../errors.ts";

/**
 * Shares a budget of the instance out over its workers, exactly: 20 over 8 is 3,3,3,3,2,2,2,2. No two shares differ by
 * more than 1, so none is 0 unless the budget is smaller than the number of workers.
 */
export const shareOut = (budget: number, workers: number): readonly number[] => {
  if (!Number.isSafeInteger(budget) || budget < 0 || !Number.isSafeInteger(workers) || workers < 1) {
    throw new DashdError("E_INTERNAL", { message: `cannot share ${budget} out over ${workers} workers` });
  }
  const whole = Math.floor(budget / workers);
  const larger = budget % workers;
  return Array.from({ length: workers }, (_, index) => whole + (index < larger ? 1 : 0));
};

import { DashdError } from "../errors.ts";

/** A whole number from `min` that was typed for an argument or flag; E_USAGE names it otherwise. */
export const wholeNumber = (subject: string, typed: string, min = 1): number => {
  const value = Number(typed);
  if (/^\d{1,9}$/.test(typed) && value >= min) return value;
  throw new DashdError("E_USAGE", { found: `${subject} ${typed}`, expected: "cli.expected-number", min });
};

/** Seconds as typed, fractions allowed, 0 included. Throws E_USAGE. */
export const secondsTyped = (subject: string, typed: string): number => {
  if (/^\d{1,5}(\.\d+)?$/.test(typed)) return Number(typed);
  throw new DashdError("E_USAGE", { found: `${subject} ${typed}`, expected: "cli.expected-seconds" });
};

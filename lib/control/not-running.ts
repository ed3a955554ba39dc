import { DashdError } from "../errors.ts";
import { createInstances } from "../home/instances.ts";
import { shellWord } from "../shell-word.ts";

/** Nobody answers in this home: names the user's instances in other homes, and the command that reaches the first. */
export const notRunning = (home: string): DashdError => {
  const others = createInstances()
    .list()
    .map((instance) => instance.home)
    .filter((other) => other !== home);
  const hint = others[0] === undefined ? "dashd start" : `dashd status --home ${shellWord(others[0])}`;
  return new DashdError("E_NOT_RUNNING", { home, others }, { hint });
};

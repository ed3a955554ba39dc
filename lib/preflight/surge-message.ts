import type { Message } from "../errors.ts";
import type { Surge } from "./surge.ts";

/** How the new generation comes up, for whoever shows a plan. */
export const surgeMessage = (surge: Surge): Message =>
  surge.mode === "whole"
    ? { code: "plan.whole", facts: {} }
    : {
        code: "plan.rolling",
        facts: { because: surge.because, steps: surge.steps.map(({ fresh, old }) => `${fresh} + ${old}`) },
      };

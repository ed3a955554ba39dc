import { DashdError } from "../errors.ts";
import type { DrillName } from "../protocol/drill.ts";

export type PhaseName = "starting" | "serving" | "changing" | "draining";

/** What an instance is at, and since when. */
export interface Phase {
  name(): PhaseName;
  since(): Date;
  /** From draining no way leads back. */
  enter(next: PhaseName): void;
}

export const createPhase = (): Phase => {
  let name: PhaseName = "starting";
  let since = new Date();
  return {
    name: () => name,
    since: () => since,
    enter: (next) => {
      if (name === "draining") return;
      name = next;
      since = new Date();
    },
  };
};

/** Who is at an instance, and since when: nobody else may change it meanwhile. */
export interface Holder {
  readonly what: string;
  readonly by: string;
  readonly since: string;
  /** Of a drill. */
  readonly drill?: DrillName;
}

export const busy = (holder: Holder): DashdError =>
  new DashdError("E_BUSY", { ...holder }, { hint: "dashd status --watch" });

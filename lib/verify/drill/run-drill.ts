import type { ControlClient } from "../../control/client.ts";
import { DashdError, type Message } from "../../errors.ts";
import { seededRandom } from "../../load/pace.ts";
import type { BlackBox } from "../../protocol/black-box.ts";
import type { ChangeAuthor } from "../../protocol/control.ts";
import type { DrillBegun, DrillName, DrillVerdict, StruckWorker } from "../../protocol/drill.ts";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { mustBeWhole } from "./fit.ts";
import { burst, seenByUsers } from "./held-drills.ts";
import { type Judged, outcomeOf } from "./lines.ts";

export interface DrillPlan extends ChangeAuthor {
  readonly drill: DrillName;
  /** null: by the seed. */
  readonly slot: number | null;
  readonly users: number;
  readonly seed: number;
  /** Of a service's fault. */
  readonly seconds: number;
  /** What the drill's own users ask for, the ready path first. */
  readonly paths: readonly string[];
}

export interface DrillPorts {
  readonly client: ControlClient;
  /** Newest first. */
  readonly boxes: () => readonly BlackBox[];
  readonly told: (message: Message) => void;
  /** Ends the fault at once, and the drill without a judgement. */
  readonly interrupted: AbortSignal;
  /** The host's monotonic clock. */
  readonly now: () => number;
}

export interface DrillReport extends Judged {
  readonly drill: DrillName;
  readonly outcome: DrillVerdict;
  readonly worker: StruckWorker | null;
}

/** What a drill of one kind does between its begin and its end. Null: it was interrupted. */
export interface Stand {
  readonly plan: DrillPlan;
  readonly ports: DrillPorts;
  readonly snapshot: Snapshot;
  readonly random: () => number;
  /** Applies the fault. Throws E_BUSY, E_DRILL_UNFIT. */
  begin(slot: number | null): Promise<DrillBegun>;
  /** Ends it. */
  restore(): Promise<void>;
}

/**
 * One drill from its first look to its entry in the journal. Throws, with nothing done: E_DRILL_UNFIT, E_BUSY,
 * E_NOT_RUNNING. Whatever comes in between, the fault is ended.
 */
export const runDrill = async (plan: DrillPlan, ports: DrillPorts): Promise<DrillReport> => {
  const { client, interrupted, told } = ports;
  const { drill, by, reason, seconds } = plan;
  const snapshot = await client.status();
  mustBeWhole(drill, snapshot, ports.now());
  /** The connection is the drill: with it ends the fault, whatever becomes of this process. */
  const held: { line: ReturnType<ControlClient["drill"]> | null; begun: DrillBegun | null } = {
    line: null,
    begun: null,
  };

  const begin = async (slot: number | null): Promise<DrillBegun> => {
    held.line = client.drill({ drill, by, reason, seconds, slot });
    const first = await held.line.next();
    if (first.done === true || first.value.type !== "begun") throw new DashdError("E_DRILL_OVER");
    held.begun = first.value;
    told({ code: "drill.begun", facts: { drill, ...first.value.worker } });
    return first.value;
  };
  const restore = async (): Promise<void> => {
    if (held.begun !== null) await client.restoreDrill(held.begun.id);
    told({ code: "drill.restored", facts: {} });
  };

  const stand: Stand = { plan, ports, snapshot, random: seededRandom(plan.seed), begin, restore };
  try {
    const judged = await (drill === "burst" ? burst(stand) : seenByUsers(stand));
    const { begun } = held;
    const outcome = judged === null || interrupted.aborted ? "interrupted" : outcomeOf(judged.lines);
    const { lines, figures } = judged === null || outcome === "interrupted" ? nothing : judged;
    if (begun !== null) await client.endDrill({ id: begun.id, outcome, figures });
    return { drill, outcome, lines, figures, worker: begun?.worker ?? null };
  } finally {
    await held.line?.return();
  }
};

const nothing: Judged = { lines: [], figures: {} };

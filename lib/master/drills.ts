import { randomUUID } from "node:crypto";
import { DashdError, type Message } from "../errors.ts";
import type { DrillEntry, JournalEntry } from "../home/journal-entries.ts";
import type { Log } from "../log.ts";
import type { DrillHandlers } from "../protocol/control.ts";
import type { DrillEnd, DrillRequest } from "../protocol/drill.ts";
import type { ToWorker } from "../protocol/worker-messages.ts";
import { applyFault, type Fault, type FaultDependencies } from "./drill-faults.ts";
import type { Instance } from "./instance.ts";

/**
 * Faults on purpose, one at a time and never beside a change. Each ends when it is told to, when whoever asked for it goes
 * away, and at its deadline in any case; every one of them is in the journal.
 */
export interface Drills extends DrillHandlers {
  /** What a worker that is born meanwhile is told. */
  told(): ToWorker | null;
  /** Shown in status while one is under way. */
  warnings(): readonly Message[];
  /** The instance stops: what is under way ends here, and is written down. */
  close(): Promise<void>;
}

export interface DrillsDependencies extends FaultDependencies {
  readonly reserve: Instance["reserve"];
  readonly append: (entry: JournalEntry) => Promise<void>;
  readonly log: Pick<Log, "warn" | "info" | "error">;
  readonly wallClock: () => Date;
  /** Calls once after so long, unless the answer is called before. */
  readonly after: (ms: number, due: () => void) => () => void;
}

export const createDrills = (dependencies: DrillsDependencies): Drills => {
  const { reserve, append, log, now, wallClock, after } = dependencies;
  let underWay: UnderWay | null = null;

  const restore = (drill: UnderWay): void => {
    drill.forgetFault();
    if (drill.isRestored) return;
    drill.isRestored = true;
    drill.fault.restore();
    if (drill.fault.endsWithinMs > 0) log.info({ code: "log.drill-restored", facts: { drill: drill.request.drill } });
  };

  /** Over from here on, for everybody; written down by whoever calls. */
  const finish = (drill: UnderWay, because: DrillEnd): void => {
    restore(drill);
    drill.forgetDrill();
    if (underWay === drill) underWay = null;
    drill.release();
    drill.tellOver(because);
  };

  const write = (drill: UnderWay, outcome: DrillEntry["outcome"], figures: DrillEntry["figures"]): Promise<void> => {
    const { drill: name, by, reason } = drill.request;
    const tookMs = Math.round(now() - drill.beganAtMs);
    log.info({ code: "log.drill-over", facts: { drill: name, outcome, tookMs } });
    return append({ type: "drill", drill: name, outcome, at: drill.at, by, reason, tookMs, figures });
  };

  const abandon = async (drill: UnderWay, because: Exclude<DrillEnd, "ended">): Promise<void> => {
    if (underWay !== drill) return;
    finish(drill, because);
    await write(drill, "abandoned", { because }).catch((error: unknown) => {
      if (error instanceof DashdError) log.error({ code: error.code, facts: error.facts });
      else throw error;
    });
  };

  /** Nothing here waits for whoever asked. */
  const keepDeadlines = (drill: UnderWay): void => {
    const { endsWithinMs, wholeAgainWithinMs } = drill.fault;
    drill.forgetFault = after(endsWithinMs, () => restore(drill));
    drill.forgetDrill = after(endsWithinMs + wholeAgainWithinMs, () => void abandon(drill, "deadline"));
  };

  const known = (id: string): UnderWay => {
    if (underWay?.id === id) return underWay;
    throw new DashdError("E_DRILL_OVER", {}, { hint: "dashd history" });
  };

  return {
    begin: (request) => {
      const at = wallClock().toISOString();
      const { drill: name, by, reason } = request;
      const release = reserve({ what: "drill", drill: name, by, since: at });
      const beganAtMs = now();
      const fault = orRelease(() => applyFault(request, dependencies), release);
      const over = withTeller<DrillEnd>();
      const id = randomUUID();
      const drill: UnderWay = {
        ...{ id, at, beganAtMs, request, fault, release, tellOver: over.tell, isRestored: false },
        forgetFault: () => undefined,
        forgetDrill: () => undefined,
      };
      underWay = drill;
      log.warn({ code: "log.drill-begun", facts: { drill: name, by, reason, slot: fault.worker?.slot ?? null } });
      keepDeadlines(drill);
      const { worker, endsWithinMs } = fault;
      const leave = (): void => void abandon(drill, "left");
      return Promise.resolve({ begun: { id, beganAtMs, endsWithinMs, worker }, over: over.told, leave });
    },
    restore: (id) => restore(known(id)),
    end: async ({ id, outcome, figures }) => {
      const drill = known(id);
      finish(drill, "ended");
      await write(drill, outcome, figures);
    },
    told: () => underWay?.fault.told() ?? null,
    warnings: () => {
      if (underWay === null) return [];
      const { at: since, request } = underWay;
      return [{ code: "warning.drill", facts: { drill: request.drill, by: request.by, since } }];
    },
    close: async () => {
      if (underWay !== null) await abandon(underWay, "stopped");
    },
  };
};

interface UnderWay {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly beganAtMs: number;
  readonly request: DrillRequest;
  readonly fault: Fault;
  /** Lets changes in again. */
  readonly release: () => void;
  readonly tellOver: (because: DrillEnd) => void;
  isRestored: boolean;
  /** End the waits for the fault's deadline, and for the drill's. */
  forgetFault: () => void;
  forgetDrill: () => void;
}

const orRelease = <T>(apply: () => T, release: () => void): T => {
  try {
    return apply();
  } catch (error) {
    release();
    throw error;
  }
};

const withTeller = <T>(): { readonly told: Promise<T>; readonly tell: (value: T) => void } => {
  let tell: (value: T) => void = () => undefined;
  const told = new Promise<T>((resolve) => {
    tell = resolve;
  });
  return { told, tell };
};

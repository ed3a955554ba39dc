import type { Message } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ChangeRequest, Progress } from "../protocol/control.ts";
import type { Copying } from "../seal/seals.ts";
import { type ChangePlan, type ChangePorts, type InForce, runChange } from "./change.ts";
import { step } from "./change-steps.ts";
import type { FleetRecord } from "./fleet-record.ts";
import { busy, type Holder, type Phase } from "./phase.ts";
import { nothingToChange, planChange, type PlanSources } from "./plan-change.ts";
import { mustFit, type Preflight } from "./preflight.ts";
import { createProgressFeed, feedOnce, type ProgressFeed } from "./progress-feed.ts";
import { copyingMessage } from "./sealing.ts";
import { createWithdrawal, type Withdrawal } from "./withdrawal.ts";

/** One change at a time: planned, refused or carried out, withdrawn by a rollback that comes meanwhile. */
export interface Changes {
  /** Rejects before anything is touched: E_BUSY, or what {@link planChange} refuses. */
  begin(request: ChangeRequest): Promise<ProgressFeed>;
  /** Keeps changes out until the answer is called. Throws E_BUSY where it does not serve, or somebody else is at it. */
  reserve(holder: Holder): () => void;
  /** Nothing is being changed or tried. */
  areIdle(): boolean;
}

export interface ChangesDependencies extends Omit<PlanSources, "inForce"> {
  readonly inForce: () => InForce;
  readonly phase: Phase;
  readonly ports: ChangePorts;
  readonly preflight: Preflight;
  /** Kept where the next start finds it, should this master not live to the end of a change. */
  readonly reached: FleetRecord["reached"];
  readonly log: Log;
}

export const createChanges = (dependencies: ChangesDependencies): Changes => {
  const { inForce, phase, ports, log } = dependencies;
  let holder: Holder | null = null;
  let running: { readonly withdrawal: Withdrawal; readonly ended: Promise<void> } | null = null;

  const run = async (plan: ChangePlan, withdrawal: Withdrawal, feed: ProgressFeed): Promise<void> => {
    try {
      for await (const line of runChange(plan, withdrawal.ports)) {
        log.info({ code: line.type === "step" ? line.code : line.message.code, facts: factsOf(line) });
        withdrawal.heard(line);
        dependencies.reached(line.type === "step" ? line : null);
        // Who hears of the outcome may ask for the next change at once.
        if (line.type === "outcome") finish();
        feed.push(line);
      }
    } catch (error) {
      // A change answers for its own failures; what still gets here must not end the instance.
      log.error({ code: "E_INTERNAL", facts: { message: String(error) } });
    } finally {
      finish();
      feed.end();
    }
  };

  const finish = (): void => {
    holder = null;
    running = null;
    if (phase.name() === "changing") phase.enter("serving");
  };

  /** What a rollback does while a change runs: takes that one back; one just committed is let come to its end first. */
  const meanwhile = async (request: ChangeRequest): Promise<ProgressFeed | null> => {
    const feed = running?.withdrawal.ask(request) ?? null;
    if (feed === null && request.kind === "rollback" && running?.withdrawal.isCommitted() === true) await running.ended;
    return feed;
  };

  const refuseUnlessServing = (): void => {
    if (phase.name() === "serving") return;
    throw busy({ what: phase.name(), by: "dashd", since: phase.since().toISOString() });
  };

  const hold = (wanted: Holder): void => {
    if (holder !== null) throw busy(holder);
    refuseUnlessServing();
    holder = wanted;
  };

  const planOf = async (request: ChangeRequest, copying: Copying): Promise<ChangePlan> => {
    try {
      const wanted = await planChange(request, { ...dependencies, inForce: inForce() }, copying);
      const { sums, surge } = await dependencies.preflight(wanted.profile, inForce().generation.profile);
      mustFit(wanted.profile.stage, sums);
      refuseUnlessServing();
      return { ...wanted, surge };
    } catch (error) {
      holder = null;
      throw error;
    }
  };

  const carryOut = (plan: ChangePlan, feed: ProgressFeed): void => {
    const nothingToDo = nothingToChange(plan, inForce());
    if (nothingToDo !== null) {
      holder = null;
      feed.push(nothingToDo);
      return feed.end();
    }
    phase.enter("changing");
    const withdrawal = createWithdrawal(plan, inForce(), ports);
    running = { withdrawal, ended: run(plan, withdrawal, feed) };
  };

  return {
    areIdle: () => holder === null,
    reserve: (wanted) => {
      hold(wanted);
      return () => {
        if (holder === wanted) holder = null;
      };
    },
    begin: async (request) => {
      const withdrawing = await meanwhile(request);
      if (withdrawing !== null) return withdrawing;
      hold({ what: request.kind, by: request.by, since: new Date().toISOString() });
      const feed = createProgressFeed();
      return feedOnce(
        feed,
        (begun) => {
          const copying: Copying = (copied) => {
            const { code, facts } = copyingMessage(copied);
            log.info({ code, facts });
            begun(step(code, facts));
          };
          return planOf(request, copying).then((plan) => carryOut(plan, feed));
        },
        () => {
          const { revision, generation } = inForce();
          return { revision, generation: generation.id, stage: generation.profile.stage };
        },
      );
    },
  };
};

const factsOf = (line: Progress): Message["facts"] => (line.type === "step" ? line.facts : line.message.facts);

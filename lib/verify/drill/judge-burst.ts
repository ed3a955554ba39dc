import type { BurstPlan } from "../../protocol/drill-promises.ts";
import { sameWorkers } from "./judge-worker.ts";
import { type Judged, line } from "./lines.ts";
import type { Look } from "./observations.ts";

export interface BurstSeen {
  readonly plan: BurstPlan;
  readonly before: Look;
  /** Since the first client. */
  readonly looks: readonly Look[];
  /** The last of them: when all had gone. */
  readonly after: Look;
  readonly crowd: CrowdFigures;
}

export interface CrowdFigures {
  readonly served: number;
  /** Told 503. */
  readonly refused: number;
  /** Without an answer. */
  readonly failed: number;
  /** Closed before it asked: a connection that nothing moves on may be taken while others wait. */
  readonly idle: number;
  /** From its connection to its answer; null: nobody had one. */
  readonly longestMs: number | null;
}

/** What must hold when more clients come than may be open. Pure. */
export const judgeBurst = ({ plan, before, looks, after, crowd }: BurstSeen): Judged => {
  const most = Math.max(0, ...looks.map(({ connections }) => connections));
  const held = Math.max(0, ...looks.map((look) => look.held));
  /** Those of others come and go: then nobody can count. */
  const others = Math.abs(after.connections - before.connections);
  const isAlone = before.connections + before.held === 0 && others === 0;
  const orUnknown = (holds: boolean): boolean | null => holds || (isAlone ? false : null);
  const serving = plan.clients - plan.refused;
  const isWhole = crowd.served === serving && crowd.failed === 0 && crowd.refused === plan.refused;
  const lostIdle = crowd.served + crowd.idle === serving && crowd.failed === 0 && crowd.refused === plan.refused;
  const refused = after.refused - before.refused - crowd.refused;
  const timedOut = after.timedOut - before.timedOut;
  const shed = after.shed - before.shed;
  const { connections } = after;
  const isBack = connections === before.connections && after.held === before.held;
  return {
    lines: [
      line("limit", most > plan.limit ? false : orUnknown(most === plan.limit), {
        promise: { limit: plan.limit },
        found: { most },
      }),
      line("held", orUnknown(held === plan.held), { promise: { expected: plan.held }, found: { held, others } }),
      line("served", isWhole || (lostIdle ? null : false), { promise: { expected: serving }, found: { ...crowd } }),
      ...(plan.refused === 0
        ? []
        : [
            line("beyond", crowd.refused === plan.refused, {
              promise: { backlog: plan.backlog, expected: plan.refused },
              found: { ...crowd },
              words: "served",
            }),
          ]),
      line("nobody", refused <= 0 && timedOut === 0 && shed === 0, {
        found: { refused: Math.max(0, refused), timedOut, shed },
      }),
      sameWorkers("workers", before, looks, null),
      line("counters", orUnknown(isBack), { found: { connections, held: after.held, before: before.connections } }),
    ],
    figures: { clients: plan.clients, most, held, ...crowd },
  };
};

import type { Message } from "../errors.ts";
import { type DrillName, queryDelayMs } from "./drill.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * What is promised of a drill, before it: the same lines, in the same order, that it is judged by afterwards. A figure that
 * only the drill itself can tell (how many connections the struck worker holds) is null. Pure.
 */
export const promisesOf = (drill: DrillName, snapshot: Pick<Snapshot, "limits" | "load">): readonly Message[] => {
  const bounds = boundsOf(snapshot);
  const { bootTimeoutMs, hangKillAfterMs } = bounds;
  const replacedWithinMs = bootTimeoutMs + (drill === "hang" ? hangKillAfterMs : 0);
  const [lost, back] = [promise("lost", { most: null }), promise("back", { slot: null, withinMs: replacedWithinMs })];
  const wellAfterWorker = promise("well", { withinMs: replacedWithinMs });
  switch (drill) {
    case "kill":
      return [lost, ...named("refused"), back, ...named("others", "restarts", "box"), wellAfterWorker];
    case "hang": {
      const waits = promise("waits", { most: null });
      return [lost, waits, ...named("elsewhere", "refused"), back, ...named("first", "others", "box"), wellAfterWorker];
    }
    case "redis-down":
      return ofService("Redis", "down", answersWithinMs.redis, []);
    case "postgres-slow":
      return ofService("PostgreSQL", "slow", answersWithinMs.postgres, [
        promise("pool", { budget: bounds.poolBudget }),
      ]);
    case "burst":
      return ofBurst(planBurst(bounds, snapshot.load));
  }
};

const promise = (name: string, facts: Message["facts"] = {}): Message => ({ code: `drill-promise.${name}`, facts });
const named = (...names: readonly string[]): readonly Message[] => names.map((name) => promise(name));

const ofService = (service: string, state: string, withinMs: number, own: readonly Message[]): readonly Message[] => [
  promise("named", { service, state, withinMs: namedWithinMs }),
  promise("answers", { withinMs }),
  ...named("ready", "workers"),
  ...own,
  promise("well", { withinMs: wellWithinMs }),
];

const ofBurst = ({ limit, held, clients, refused, backlog }: BurstPlan): readonly Message[] => [
  promise("limit", { limit }),
  promise("held", { expected: held }),
  promise("served", { expected: clients - refused }),
  ...(refused === 0 ? [] : [promise("beyond", { backlog, expected: refused })]),
  ...named("nobody", "workers", "counters"),
];

/** What the stage declares, as far as drills are bounded by it. */
export interface Bounds {
  readonly connections: number;
  readonly backlog: number;
  readonly bootTimeoutMs: number;
  readonly hangKillAfterMs: number;
  readonly poolBudget: number;
}

export const boundsOf = ({ limits }: Pick<Snapshot, "limits">): Bounds => {
  const declared = (name: string): number => {
    const value = limits.find((row) => row.name === name)?.declared;
    return typeof value === "number" ? value : 0;
  };
  return {
    connections: declared("connections"),
    backlog: declared("backlog"),
    bootTimeoutMs: declared("bootTimeoutSec") * 1_000,
    hangKillAfterMs: declared("hang.killAfterSec") * 1_000,
    poolBudget: declared("postgres.connections"),
  };
};

/** How many come at once, and what the stage has for them. */
export interface BurstPlan {
  readonly clients: number;
  /** Beyond the limit, and in the backlog. */
  readonly held: number;
  /** Past the backlog. */
  readonly refused: number;
  readonly limit: number;
  readonly backlog: number;
}

/** A fifth more than may be open, with those that are there already. Pure. */
export const planBurst = (
  { connections: limit, backlog }: Bounds,
  before: Pick<Snapshot["load"], "connections" | "held">,
): BurstPlan => {
  const beyond = Math.max(1, Math.ceil(limit * share));
  const there = before.connections + before.held;
  const held = Math.min(beyond, backlog);
  return { clients: Math.max(beyond, limit + beyond - there), held, refused: beyond - held, limit, backlog };
};

/**
 * Redis: a command's deadline twice, and a busy host. PostgreSQL: the deadlines of a query one after the other, 5 s for a
 * connection, the delay, 11 s for the answer.
 */
export const answersWithinMs = { redis: 3_000, postgres: 5_000 + queryDelayMs + 11_000 };
/** As for a service that is really sick: trial T27. */
export const namedWithinMs = 3_000;
export const wellWithinMs = 5_000;
/** Of the clients of a burst, on top of the limit. */
const share = 0.2;

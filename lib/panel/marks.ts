import type { Message } from "../errors.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { Mark } from "./shapes.ts";

/** What happened between two looks at an instance: changes, faults, and when it was well again. Pure. */
export const marksBetween = (before: Snapshot, after: Snapshot): readonly Omit<Mark, "at">[] => [
  ...revisionMarks(before, after),
  ...restartMarks(before, after),
  ...serviceMarks(before, after),
  // While it starts, and while it changes, that something is missing is no news.
  ...(isSettled(before) && isSettled(after) ? driftMarks(before, after) : []),
  ...holdMarks(before, after),
];

const isSettled = ({ state }: Snapshot): boolean => state === "held" || state === "degraded";

type Found = readonly Omit<Mark, "at">[];

const mark = (kind: Mark["kind"], code: string, facts: Message["facts"]): Found => [{ kind, message: { code, facts } }];

const revisionMarks = (before: Snapshot, { revision, stage }: Snapshot): Found =>
  revision > before.revision ? mark("change", "mark.revision", { revision, stage }) : [];

const restartMarks = (before: Snapshot, after: Snapshot): Found => {
  const old = new Map(before.workers.map((worker) => [`${worker.generation}.${worker.slot}`, worker.restarts]));
  const again = after.workers.filter(
    ({ generation, slot, restarts }) => restarts > (old.get(`${generation}.${slot}`) ?? restarts),
  );
  const slots = [...new Set(again.map(({ slot }) => String(slot)))];
  return slots.length === 0 ? [] : mark("fault", "mark.restarted", { slots });
};

const serviceMarks = (before: Snapshot, after: Snapshot): Found => {
  const names = { redis: "Redis", postgres: "PostgreSQL", upstream: "upstream" } as const;
  return (["redis", "postgres", "upstream"] as const).flatMap((key) => {
    const [was, is] = [before.services[key]?.state, after.services[key]?.state];
    if (was === is || is === undefined || is === "off") return [];
    const isSick = is === "down" || is === "slow";
    const wasSick = was === "down" || was === "slow";
    if (isSick) return mark("fault", "mark.service", { service: names[key], state: is });
    return wasSick ? mark("well", "mark.service", { service: names[key], state: is }) : [];
  });
};

const driftMarks = (before: Snapshot, after: Snapshot): Found => {
  if (after.drift.length > 0 && before.drift.length === 0) return mark("fault", "mark.drift", { names: after.drift });
  return after.drift.length === 0 && before.drift.length > 0 ? mark("well", "mark.no-drift", {}) : [];
};

const holdMarks = (before: Snapshot, { load }: Snapshot): Found => {
  const refused = load.refused - before.load.refused;
  if (refused > 0) return mark("fault", "mark.refused", { count: refused });
  return load.held > 0 && before.load.held === 0 ? mark("fault", "mark.held", { held: load.held }) : [];
};

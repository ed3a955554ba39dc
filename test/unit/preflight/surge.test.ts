import assert from "node:assert/strict";
import test from "node:test";
import { planSurge, type SurgeRoom, type SurgeStep } from "../../../lib/preflight/surge.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { shareOut } from "../../../lib/profile/share.ts";

const ladder = await loadLadder(builtInProfilesDir());
const stage = (number: number) => stageOf(ladder, number);
const plenty: SurgeRoom = { extraWorkers: 1_000, postgresConnections: null };

const stepsOf = (from: number, to: number, room: Partial<SurgeRoom>): readonly SurgeStep[] => {
  const surge = planSurge(stage(to), stage(from), { ...plenty, ...room });
  return surge.mode === "whole" ? [] : surge.steps;
};

test("a generation comes up whole where memory and PostgreSQL take both", () => {
  assert.deepEqual(planSurge(stage(2), stage(1), plenty), { mode: "whole" });
  assert.deepEqual(planSurge(stage(2), stage(1), { extraWorkers: 16, postgresConnections: 60 }), { mode: "whole" });
});

test("it rolls where one of the two does not, and says which", () => {
  const memory = planSurge(stage(2), stage(1), { extraWorkers: 15, postgresConnections: 60 });
  assert.deepEqual(memory.mode === "rolling" && memory.because, ["memoryMb"]);
  const both = planSurge(stage(2), stage(1), { extraWorkers: 9, postgresConnections: 59 });
  assert.deepEqual(both.mode === "rolling" && both.because, ["memoryMb", "postgres.max_connections"]);
});

test("new workers come first where they fit, and replace as many old ones as they can", () => {
  assert.deepEqual(stepsOf(2, 2, { extraWorkers: 8 }), [
    { fresh: 8, old: 16 },
    { fresh: 8, old: 8 },
    { fresh: 16, old: 8 },
    { fresh: 16, old: 0 },
  ]);
});

test("where not one fits, an eighth of the old ones goes first", () => {
  assert.deepEqual(stepsOf(2, 2, { postgresConnections: 40 }).slice(0, 3), [
    { fresh: 0, old: 14 },
    { fresh: 1, old: 14 },
    { fresh: 1, old: 12 },
  ]);
});

test("whatever the room, one side changes a step, each state fits, and the end is the new generation alone", () => {
  for (const [from, to] of [
    [1, 2],
    [2, 1],
    [2, 2],
    [3, 2],
  ] as const) {
    const old = stage(from);
    const fresh = stage(to);
    const first = (side: typeof old, count: number): number =>
      shareOut(side.postgres.connections, side.workers)
        .slice(0, count)
        .reduce((sum, share) => sum + share, 0);
    const least = Math.max(1, fresh.workers - old.workers + 1);
    for (let extraWorkers = least; extraWorkers < 20; extraWorkers++) {
      for (let pool = Math.max(fresh.postgres.connections, old.postgres.connections); pool < 85; pool += 3) {
        let at: SurgeStep = { fresh: 0, old: old.workers };
        for (const next of stepsOf(from, to, { extraWorkers, postgresConnections: pool })) {
          assert.ok(next.fresh > at.fresh !== next.old < at.old && next.fresh >= at.fresh && next.old <= at.old);
          assert.ok(next.fresh + next.old <= old.workers + extraWorkers);
          assert.ok(first(fresh, next.fresh) + first(old, next.old) <= pool);
          assert.ok(next.fresh + next.old > 0, "somebody serves");
          at = next;
        }
        if (at.fresh > 0) assert.deepEqual(at, { fresh: fresh.workers, old: 0 });
      }
    }
  }
});

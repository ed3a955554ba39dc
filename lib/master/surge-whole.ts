import type { ChangePorts } from "./change.ts";
import { mustComeUp, mustMatch, step } from "./change-steps.ts";
import type { ChangeSurge, SurgeOptions } from "./surge.ts";
import { watchWindow } from "./watch-window.ts";

/** All of the new generation beside all of the old one, which stays warm: taking it back is pointing the door back. */
export const createWholeSurge = ({ plan, old, fresh }: SurgeOptions, ports: ChangePorts): ChangeSurge => {
  let pointed = false;
  return {
    forth: async function* () {
      ports.raise(fresh);
      yield step("step.forking", { workers: fresh.profile.workers, generation: fresh.id });
      mustComeUp(plan, await ports.whenUp(fresh.id));
      yield step("step.ready", { workers: fresh.profile.workers, generation: fresh.id });
      const limits = mustMatch(plan, ports.readBack(fresh));
      yield step("step.readback", { checked: limits.length, generation: fresh.id });
      const before = ports.traffic();
      ports.point(fresh);
      pointed = true;
      yield step("step.switched", { generation: fresh.id });
      const watched = yield* watchWindow({ plan, generation: fresh.id, warm: old.id, before }, ports);
      return { before, watched, limits };
    },
    back: async function* () {
      if (pointed) {
        ports.point(old);
        ports.retire(fresh.id);
        yield step("step.switched", { generation: old.id });
      } else ports.abandon(fresh.id);
      return { reached: pointed, missing: null };
    },
  };
};

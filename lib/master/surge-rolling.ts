import type { SurgeLimit, SurgeStep } from "../preflight/surge.ts";
import type { Progress } from "../protocol/control.ts";
import type { BootVerdict } from "./boot-verdict.ts";
import type { ChangePorts } from "./change.ts";
import { changeFailed, mustComeUp, mustMatch, step, whyNotUp } from "./change-steps.ts";
import type { Generation } from "./generation.ts";
import type { ChangeSurge, SurgeOptions } from "./surge.ts";
import { watchWindow } from "./watch-window.ts";

export interface RollingOptions extends SurgeOptions {
  readonly steps: readonly SurgeStep[];
  readonly because: readonly SurgeLimit[];
}

/**
 * Both generations serve while one takes the other's place, a step at a time. Its first workers are watched for a whole
 * window before more follow, since most of the old ones are there then; and all of them once more at the end. The way
 * back: the new ones get nothing any more, and the old ones come up again in the room they leave.
 */
export const createRollingSurge = (
  { plan, old, fresh, steps, because }: RollingOptions,
  ports: ChangePorts,
): ChangeSurge => {
  /** The states that were reached, the last one in force. */
  const states: SurgeStep[] = [{ fresh: 0, old: old.profile.workers }];
  const now = (): SurgeStep => states.at(-1) ?? { fresh: 0, old: 0 };
  let reached = false;

  const grow = async (generation: Generation, workers: number): Promise<BootVerdict> => {
    ports.scale(generation.id, workers);
    return ports.whenUp(generation.id);
  };
  /** What it holds is free only when its processes are gone; tells whether they are. */
  const shrink = async (generation: Generation, workers: number): Promise<boolean> => {
    ports.scale(generation.id, workers);
    const { requestTimeoutSec, stopTimeoutSec } = generation.profile;
    return ports.whenGone(generation.id, (requestTimeoutSec + stopTimeoutSec) * 1_000 + endingMs);
  };
  const rolled = (): Progress =>
    step("step.rolled", { generation: fresh.id, fresh: now().fresh, before: old.id, old: now().old });

  return {
    forth: async function* () {
      const before = ports.traffic();
      yield step("step.rolling", { steps: steps.length, because: [...because] });
      ports.raise(fresh, 0);
      for (const next of steps) {
        const isFirst = next.fresh > 0 && !reached;
        if (next.fresh > now().fresh) mustComeUp(plan, await grow(fresh, next.fresh));
        else if (!(await shrink(old, next.old))) throw changeFailed(plan, "because.stop-timeout", null);
        states.push(next);
        reached ||= isFirst;
        ports.share(old, fresh, next.fresh + next.old);
        yield rolled();
        if (isFirst) yield* watchWindow({ plan, generation: fresh.id, warm: null, before }, ports);
      }
      const limits = mustMatch(plan, ports.readBack(fresh));
      yield step("step.readback", { checked: limits.length, generation: fresh.id });
      ports.point(fresh);
      yield step("step.switched", { generation: fresh.id });
      const watched = yield* watchWindow({ plan, generation: fresh.id, warm: null, before }, ports);
      return { before, watched, limits };
    },
    back: async function* () {
      while (now().old === 0 && states.length > 1) {
        // None of the old ones is left: they come up again beside those that go.
        states.pop();
        if (now().old === 0) await shrink(fresh, now().fresh);
        else {
          ports.share(old, fresh, now().fresh + now().old);
          const missing = missingOf(await grow(old, now().old));
          if (missing !== null) {
            ports.point(fresh);
            ports.scale(fresh.id, fresh.profile.workers);
            ports.retire(old.id);
            return { reached, missing };
          }
        }
        yield rolled();
      }
      ports.point(old);
      yield step("step.switched", { generation: old.id });
      await shrink(fresh, 0);
      ports.retire(fresh.id);
      return { reached, missing: missingOf(await grow(old, old.profile.workers)) };
    },
  };
};

const missingOf = (verdict: BootVerdict): string | null =>
  verdict.verdict === "failed" || verdict.verdict === "partly" ? whyNotUp(verdict.failure) : null;

/** A worker's own ending, after which it is killed. */
const endingMs = 10_000;

import { DashdError, type Message } from "../errors.ts";
import { compareProfiles } from "../profile/compare.ts";
import type { Profile } from "../profile/schema.ts";
import type { Outcome, Progress } from "../protocol/control.ts";
import type { Surge } from "../preflight/surge.ts";
import type { LimitRow } from "../protocol/snapshot.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { AppIdentity } from "./app-identity.ts";
import type { BootVerdict } from "./boot-verdict.ts";
import type { Generation } from "./generation.ts";
import type { Before, Watched } from "./gates.ts";
import { changeFailed, step } from "./change-steps.ts";
import { createSurge } from "./surge.ts";
import type { WatchPorts } from "./watch-window.ts";

/** What a change is to bring into force. */
export interface ChangePlan {
  readonly kind: ChangeKind;
  readonly profile: Profile;
  readonly app: AppIdentity;
  /** The revision that a rollback restores. */
  readonly rollbackOf: number | null;
  readonly by: string;
  readonly reason: string | null;
  /** null: as long as the profile says. */
  readonly watchWindowSec: number | null;
  /** As the sums allow. */
  readonly surge: Surge;
}

export type ChangeKind = "stage" | "reload" | "rollback";

/** The doers of a change, so that its order can be read, and tried, on its own. */
export interface ChangePorts extends WatchPorts {
  readonly inForce: () => InForce;
  readonly nextGeneration: () => number;
  /** Its first so many workers; unless said, all. */
  readonly raise: (generation: Generation, workers?: number) => void;
  readonly scale: (generation: number, workers: number) => void;
  readonly whenUp: (generation: number) => Promise<BootVerdict>;
  /** The generation's own limits read back, before the door points to it. */
  readonly readBack: (generation: Generation) => readonly LimitRow[];
  /** The door takes the generation's limits and gives it every new connection. */
  readonly point: (generation: Generation) => void;
  /** The door keeps the old one's limits and gives to so many workers of both. */
  readonly share: (old: Generation, fresh: Generation, workers: number) => void;
  /** The last minute of the generation in force. */
  readonly traffic: () => Before;
  readonly retire: (generation: number) => void;
  /** The old one, and what an earlier change may have left. */
  readonly retireOthers: (generation: number) => void;
  readonly abandon: (generation: number) => void;
  /** Requests in progress there, as of the last beats. */
  readonly inFlight: (generation: number) => number;
  /** Whether no process of it is left that is not wanted. */
  readonly whenGone: (generation: number, withinMs: number) => Promise<boolean>;
  readonly journal: ChangeJournal;
}

export interface InForce {
  readonly revision: number;
  readonly generation: Generation;
}

/** Each call is on disk when it resolves. */
export interface ChangeJournal {
  readonly begin: (plan: ChangePlan) => Promise<void>;
  /** Gives the new revision. */
  readonly commit: (plan: ChangePlan, evidence: ChangeEvidence) => Promise<number>;
  readonly revert: (because: Message) => Promise<void>;
}

/** What was measured while the change ran, kept with its revision. */
export interface ChangeEvidence {
  readonly before: { readonly revision: number; readonly stage: number } & Before;
  /** What the watch window saw; null without one. */
  readonly watched: Watched | null;
  readonly differences: readonly string[];
  readonly limits: readonly { readonly name: string; readonly declared: unknown; readonly effective: unknown }[];
}

/**
 * One transaction: the new generation comes up beside the old one and is proven to run what was declared, the door points
 * to it, it is committed, and the old one finishes. Whatever goes wrong before the commit takes itself back: a new one
 * that clients have reached gives them back like any other that goes.
 */
export const runChange = async function* (plan: ChangePlan, ports: ChangePorts): AsyncGenerator<Progress, void> {
  const startedAtMs = monotonicMs();
  const old = ports.inForce();
  const fresh: Generation = { id: ports.nextGeneration(), profile: plan.profile, app: plan.app };
  const surge = createSurge({ plan, old: old.generation, fresh }, ports);
  const differences = compareProfiles(old.generation.profile, plan.profile);
  yield step("step.planned", {
    kind: plan.kind,
    from: old.generation.profile.stage,
    stage: plan.profile.stage,
    differences: differences.map(({ field, before, after }) => `${field} ${before ?? "–"} → ${after ?? "–"}`),
  });
  try {
    await ports.journal.begin(plan);
    const { before, watched, limits } = yield* surge.forth();
    const revision = await ports.journal.commit(plan, {
      before: { revision: old.revision, stage: old.generation.profile.stage, ...before },
      watched,
      differences: differences.map(({ field }) => field),
      limits,
    });
    yield step("step.committed", { revision, stage: plan.profile.stage });
    ports.retireOthers(fresh.id);
    yield* drained(old.generation.id, ports);
    const facts = { kind: plan.kind, stage: plan.profile.stage, revision, generation: fresh.id };
    yield outcome(
      { code: "outcome.committed", facts: { ...facts, tookMs: Math.round(monotonicMs() - startedAtMs) } },
      0,
      ports.inForce(),
    );
  } catch (error) {
    const failed = asChangeError(plan, error);
    const because: Message = { code: failed.code, facts: failed.facts };
    const { reached, missing } = yield* surge.back();
    // What the journal cannot take now it takes before the next change, or at the stop.
    await ports.journal.revert(because).catch(() => undefined);
    const told = failed.facts["because"] ?? failed.code;
    if (missing !== null) {
      const facts = { kind: plan.kind, stage: old.generation.profile.stage, because: told, missing };
      const left = new DashdError("E_REVERT_FAILED", facts, { hint: "dashd status" });
      yield outcome({ code: left.code, facts: left.facts }, left.exitCode, ports.inForce(), left.hint);
      return;
    }
    yield step("step.reverted", { generation: fresh.id, because: told });
    if (reached) yield* drained(fresh.id, ports);
    yield outcome(because, failed.code === "E_GATE_UNKNOWN" ? failed.exitCode : takenBackExitCode, old, failed.hint);
  }
};

/** Its idle connections go back to the door, its requests run to their end. */
const drained = async function* (generation: number, ports: ChangePorts): AsyncGenerator<Progress, void> {
  yield step("step.draining", { generation, inFlight: ports.inFlight(generation) });
  // What takes longer finishes behind the command: it is no part of the change any more.
  if (await ports.whenGone(generation, handOverWithinMs)) yield step("step.drained", { generation });
};

const asChangeError = (plan: ChangePlan, error: unknown): DashdError =>
  error instanceof DashdError
    ? error
    : changeFailed(plan, error instanceof Error ? error.message : String(error), null);

const outcome = (message: Message, exitCode: number, now: InForce, hint: string | null = null): Progress =>
  ({
    type: "outcome",
    exitCode,
    message,
    hint,
    stage: now.generation.profile.stage,
    revision: now.revision,
    generation: now.generation.id,
  }) satisfies { readonly type: "outcome" } & Outcome;

/** Whatever the reason: the change is not in force, and the service is healthy. */
const takenBackExitCode = 3;
/** The command waits this long for the old generation; requests that take longer finish behind it. */
const handOverWithinMs = 3_000;

import { DashdError, type Message } from "../errors.ts";
import { compareProfiles } from "../profile/compare.ts";
import type { Profile } from "../profile/schema.ts";
import type { Outcome, Progress } from "../protocol/control.ts";
import type { LimitRow } from "../protocol/snapshot.ts";
import { type AppFailure, monotonicMs } from "../protocol/worker-messages.ts";
import type { AppIdentity } from "./app-identity.ts";
import type { BootVerdict } from "./boot-verdict.ts";
import type { Generation } from "./generation.ts";
import type { Before, Watched } from "./gates.ts";
import { driftOf } from "./readback.ts";
import { watchWindow, type WatchPorts } from "./watch-window.ts";

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
}

export type ChangeKind = "stage" | "reload" | "rollback";

/** The doers of a change, so that its order can be read, and tried, on its own. */
export interface ChangePorts extends WatchPorts {
  readonly inForce: () => InForce;
  readonly nextGeneration: () => number;
  readonly raise: (generation: Generation) => void;
  readonly whenUp: (generation: number) => Promise<BootVerdict>;
  /** The generation's own limits read back, before the door points to it. */
  readonly readBack: (generation: Generation) => readonly LimitRow[];
  /** The door takes the generation's limits and gives it every new connection. */
  readonly point: (generation: Generation) => void;
  /** The last minute of the generation in force. */
  readonly traffic: () => Before;
  readonly retire: (generation: number) => void;
  readonly abandon: (generation: number) => void;
  /** Requests in progress there, as of the last beats. */
  readonly inFlight: (generation: number) => number;
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
 * One transaction: raise the new generation beside the old one, prove that it runs what was declared, point the door to
 * it, commit, and let the old one finish. Whatever goes wrong before the commit takes itself back: the old generation
 * stayed as it was, and a new one that clients have reached gives them back like any other that goes. Until the commit
 * the old one is warm: only its idle clients have moved.
 */
export const runChange = async function* (plan: ChangePlan, ports: ChangePorts): AsyncGenerator<Progress, void> {
  const startedAtMs = monotonicMs();
  const old = ports.inForce();
  const fresh: Generation = { id: ports.nextGeneration(), profile: plan.profile, app: plan.app };
  const differences = compareProfiles(old.generation.profile, plan.profile);
  yield step("step.planned", {
    kind: plan.kind,
    from: old.generation.profile.stage,
    stage: plan.profile.stage,
    differences: differences.map(({ field, before, after }) => `${field} ${before ?? "–"} → ${after ?? "–"}`),
  });

  let pointed = false;
  try {
    await ports.journal.begin(plan);
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
    const windowMs = (plan.watchWindowSec ?? plan.profile.watchWindowSec) * 1_000;
    const change = { generation: fresh.id, profile: plan.profile, windowMs, before };
    const watched = yield* watchWindow(change, ports);
    const revision = await ports.journal.commit(plan, {
      before: { revision: old.revision, stage: old.generation.profile.stage, ...before },
      watched,
      differences: differences.map(({ field }) => field),
      limits,
    });
    yield step("step.committed", { revision, stage: plan.profile.stage });
    ports.retire(old.generation.id);
    yield* drained(old.generation.id, ports);
    const facts = { kind: plan.kind, stage: plan.profile.stage, revision, generation: fresh.id };
    yield outcome(
      { code: "outcome.committed", facts: { ...facts, tookMs: Math.round(monotonicMs() - startedAtMs) } },
      0,
      ports.inForce(),
    );
  } catch (error) {
    if (pointed) {
      ports.point(old.generation);
      ports.retire(fresh.id);
    } else ports.abandon(fresh.id);
    const failed = asChangeError(plan, error);
    const because: Message = { code: failed.code, facts: failed.facts };
    // A journal that cannot take the reason is said once; the begun change without an end tells the next start.
    await ports.journal.revert(because).catch(() => undefined);
    yield step("step.reverted", { generation: fresh.id, because: failed.facts["because"] ?? failed.code });
    if (pointed) yield* drained(fresh.id, ports);
    yield outcome(because, failed.code === "E_GATE_UNKNOWN" ? failed.exitCode : takenBackExitCode, old, failed.hint);
  }
};

/** Its idle connections go back to the door, its requests run to their end. */
const drained = async function* (generation: number, ports: ChangePorts): AsyncGenerator<Progress, void> {
  yield step("step.draining", { generation, inFlight: ports.inFlight(generation) });
  // What takes longer finishes behind the command: it is no part of the change any more.
  if (await ports.whenGone(generation, handOverWithinMs)) yield step("step.drained", { generation });
};

const mustComeUp = (plan: ChangePlan, verdict: BootVerdict): void => {
  if (verdict.verdict !== "failed" && verdict.verdict !== "partly") return;
  const { reason, message } = verdict.failure;
  throw changeFailed(
    plan,
    reason === "never-ready" ? "because.boot-timeout" : reason === "own-cluster" ? "because.own-cluster" : message,
    verdict.failure,
  );
};

const mustMatch = (plan: ChangePlan, rows: readonly LimitRow[]): ChangeEvidence["limits"] => {
  const drift = driftOf(rows);
  if (drift.length > 0) {
    const found = rows.filter((row) => row.drift).map((row) => `${row.name} ${row.effective} ≠ ${row.declared}`);
    throw changeFailed(plan, found.join(", "), null);
  }
  return rows
    .filter((row) => row.effective !== null)
    .map(({ name, declared, effective }) => ({ name, declared, effective }));
};

const changeFailed = (plan: ChangePlan, because: string, failure: AppFailure | null): DashdError =>
  new DashdError(
    "E_CHANGE_FAILED",
    { kind: plan.kind, stage: plan.profile.stage, because, place: failure?.place ?? null },
    { hint: "dashd logs --level error" },
  );

const asChangeError = (plan: ChangePlan, error: unknown): DashdError =>
  error instanceof DashdError
    ? error
    : changeFailed(plan, error instanceof Error ? error.message : String(error), null);

const step = (code: string, stepFacts: Message["facts"]): Progress => ({
  type: "step",
  at: new Date().toISOString(),
  code,
  facts: stepFacts,
});

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

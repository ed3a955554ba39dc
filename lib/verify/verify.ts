import type { ControlClient } from "../control/client.ts";
import type { Message } from "../errors.ts";
import type { HomePaths } from "../home/paths.ts";
import { describeHost } from "../host/describe-host.ts";
import { heldReport } from "../load/held.ts";
import type { Scenario } from "../load/plan.ts";
import type { LoadSummary } from "../load/summary.ts";
import { fingerprintOf } from "../profile/compare.ts";
import type { RedisReading } from "../services/redis/judge-redis.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { declaredSteps } from "./declared-steps.ts";
import { createIndicatorWatch, indicatorSteps, type IndicatorWatch } from "./indicator-watch.ts";
import { lookAtLadder } from "./ladder.ts";
import { poolSteps } from "./pool-steps.ts";
import { measureProbe, type ProbeMeasures } from "./probe-measures.ts";
import { type ProbeProgram, startProbe } from "./probe-instance.ts";
import { probeSteps, worksThroughout } from "./probe-steps.ts";
import { promiseLeftOut } from "./promise-steps.ts";
import type { Proof, ProofStep, ProvenLoad } from "./proof.ts";
import { crowd, type Crowded, judgeCrowd } from "./prove-connections.ts";
import { type PromiseFound, provePromise } from "./prove-promise.ts";
import { askWho, judgeWorkers, lookAtProcess } from "./prove-workers.ts";
import { redisSteps } from "./redis-steps.ts";
import { type Change, changeBetween, type Scene } from "./scene.ts";
import { holdsAll, outcomeOf, type Shown, stepOf, together } from "./steps.ts";

/** What a run found: the proof, and the loads with all their figures for a report. */
export interface VerifyRun {
  readonly proof: Proof;
  readonly summaries: readonly LoadSummary[];
  /** Somebody changed the instance meanwhile: the proof is of nothing that is in force, and nobody should keep it. */
  readonly change: Change | null;
}

export interface VerifyOptions {
  readonly paths: Pick<HomePaths, "journal">;
  /** Of each load. */
  readonly seconds: number;
  /** Without the loads, the promise stays unmeasured, and the proof says so. */
  readonly withLoads: boolean;
  /** null: found by reading the page. */
  readonly scenario: Scenario | null;
  readonly program: ProbeProgram;
  readonly env: NodeJS.ProcessEnv;
}

export interface VerifyPorts {
  readonly client: Pick<ControlClient, "status" | "settings" | "fillPools" | "held">;
  /** Verify's own look at Redis; null where it knows no address. */
  readonly lookAtRedis: () => Promise<RedisReading | null>;
  /** How a file is named to people. */
  readonly shownAs: (path: string) => string;
  /** What it is at, a sentence a step. */
  readonly told: (message: Message) => void;
  readonly loading: (sofar: LoadSummary) => void;
  readonly interrupted: AbortSignal;
}

/** Puts the running instance to the proof, part by part. Rejects with the interruption's reason where it is interrupted. */
export const verify = async (scene: Scene, options: VerifyOptions, ports: VerifyPorts): Promise<VerifyRun> => {
  const { client, told, interrupted } = ports;
  const { snapshot, entry } = scene;
  const watch = createIndicatorWatch(snapshot, client.status);
  try {
    told({ code: "verify.reading", facts: {} });
    const declared = await readDeclared(scene, ports);
    interrupted.throwIfAborted();
    const limits = await proveLimits(scene, options, ports);
    interrupted.throwIfAborted();
    const promise = await promiseOf(scene, options, ports, watch);
    interrupted.throwIfAborted();
    await watch.stop();
    const { change } = watch.change() === null ? await lastLook(snapshot, ports) : { change: watch.change() };
    if (change === null) await tellHeld(client, promise.loads, snapshot.generation);
    const indicators = watch.seen();
    const steps: readonly ProofStep[] = [
      ...declared,
      ...limits.steps,
      ...promise.steps,
      ...indicatorSteps(indicators),
      ...(change === null ? [] : [changedStep(change)]),
    ];
    const proof: Proof = {
      schemaVersion: 1,
      kind: "dashd-proof",
      at: new Date().toISOString(),
      outcome: outcomeOf(steps, change !== null),
      dashd: { version: snapshot.master.version, node: snapshot.master.node },
      host: describeHost(),
      stage: snapshot.stage,
      revision: snapshot.revision,
      profileFingerprint: fingerprintOf(entry.profile),
      app: { path: snapshot.app.path, fingerprint: snapshot.app.fingerprint },
      limits: snapshot.limits.map(({ name, declared: wanted, effective }) => ({
        ...{ name, declared: wanted, effective },
        proven: change === null ? (limits.proven[name] ?? null) : null,
      })),
      steps,
      loads: promise.loads,
      indicators,
    };
    return { proof, summaries: promise.summaries, change };
  } finally {
    await watch.stop();
  }
};

/** The instance says with it which stage it can hold; that nobody keeps it is no fault of the proof. */
const tellHeld = async (
  client: VerifyPorts["client"],
  loads: readonly ProvenLoad[],
  generation: number,
): Promise<void> => {
  for (const load of loads) {
    const report = heldReport(load, load.verdict, generation);
    if (report !== null) await client.held(report).catch(() => false);
  }
};

const readDeclared = async (
  { snapshot, entry, settings }: Scene,
  { shownAs }: VerifyPorts,
): Promise<readonly ProofStep[]> => {
  const { onDisk, lower } = await lookAtLadder(
    settings.get("profiles") ?? "",
    snapshot.stage,
    entry.workersOverride,
    shownAs,
  );
  return declaredSteps({ snapshot, profile: entry.profile, onDisk, lower });
};

const proveLimits = async (scene: Scene, options: VerifyOptions, ports: VerifyPorts): Promise<Shown> => {
  const { snapshot, settings } = scene;
  const { client, told, interrupted } = ports;
  const url = new URL(snapshot.url);
  const readyPath = settings.get("readyPath") ?? "/";
  const healthPath = settings.get("healthPaths")?.split(",")[0] ?? "off";
  const found: Shown[] = [];

  told({ code: "verify.asking-workers", facts: {} });
  const who = await askWho(url, snapshot, readyPath, settings.get("sticky") === "ip");
  found.push(judgeWorkers(who, await client.status(), lookAtProcess));
  interrupted.throwIfAborted();

  told({ code: "verify.crowding", facts: { limit: limitOf(snapshot, "connections") } });
  const crowdPath = healthPath.startsWith("/") ? healthPath : readyPath;
  const meetCrowd = (): Promise<Crowded | string> => crowd(url, crowdPath, { status: client.status, interrupted });
  found.push(judgeCrowd(await twice(meetCrowd, (seen) => holdsAll(judgeCrowd(seen)))));
  interrupted.throwIfAborted();

  told({ code: "verify.filling-pools", facts: {} });
  found.push(poolSteps(await client.fillPools(), snapshot.limits));
  interrupted.throwIfAborted();

  found.push(redisSteps(await ports.lookAtRedis(), snapshot.limits));
  interrupted.throwIfAborted();

  told({ code: "verify.probing", facts: {} });
  const measures = await twice(() => probe(scene, options, ports), worksThroughout);
  found.push(probeSteps(measures, snapshot.limits));
  return together(found);
};

/** What did not hold at once gets one more chance: a busy host or a user who came in between is no fault of the stage. */
const twice = async <T>(measure: () => Promise<T>, isWell: (found: T) => boolean): Promise<T> => {
  const first = await measure();
  return isWell(first) ? first : measure();
};

const probe = async (
  { entry }: Scene,
  { program, env }: VerifyOptions,
  { interrupted }: VerifyPorts,
): Promise<ProbeMeasures | string> => {
  const started = await startProbe(entry.profile, program, env, interrupted);
  interrupted.throwIfAborted();
  if (typeof started === "string") return started;
  try {
    return await measureProbe(started);
  } catch (error) {
    interrupted.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  } finally {
    await started.remove();
  }
};

const promiseOf = async (
  { snapshot, entry }: Scene,
  { seconds, withLoads, scenario }: VerifyOptions,
  { client, told, loading, interrupted }: VerifyPorts,
  watch: IndicatorWatch,
): Promise<PromiseFound> => {
  const { promise: promises } = entry.profile;
  if (!withLoads) return { steps: [promiseLeftOut(promises.map(({ users }) => users))], loads: [], summaries: [] };
  watch.begin();
  return provePromise(
    { url: snapshot.url, promises, seconds, scenario },
    {
      begins: (users) => told({ code: "verify.loading", facts: { users, seconds } }),
      told: loading,
      status: client.status,
      isChanged: () => watch.change() !== null,
      interrupted,
    },
  );
};

const lastLook = async (before: Snapshot, { client }: VerifyPorts): Promise<{ readonly change: Change | null }> => ({
  change: changeBetween(before, await client.status()),
});

const changedStep = ({ what, before, now }: Change): ProofStep =>
  stepOf("declared-effective")(what, "inconclusive", "verify.changed-meanwhile", {
    what,
    expected: before,
    found: now,
  });

const limitOf = ({ limits }: Snapshot, name: string): number => {
  const declared = limits.find((row) => row.name === name)?.declared;
  return typeof declared === "number" ? declared : 0;
};

import { relative } from "node:path";
import { DashdError, type Message } from "../errors.ts";
import { developmentLimits } from "../profile/development.ts";
import type { Profile } from "../profile/schema.ts";
import type { Progress } from "../protocol/control.ts";
import type { LimitRow, Snapshot } from "../protocol/snapshot.ts";
import { type AppFailure, monotonicMs } from "../protocol/worker-messages.ts";
import { type AppIdentity, type AppToRun, identifyApp } from "./app-identity.ts";
import type { BootVerdict } from "./boot-verdict.ts";
import type { DevParts } from "./dev-parts.ts";
import { doorLimitsOf, type Generation } from "./generation.ts";
import type { Instance, InstanceDependencies, SharedParts } from "./instance.ts";
import { createKeptWarnings } from "./kept-warnings.ts";
import { createPhase } from "./phase.ts";
import { createProgressFeed } from "./progress-feed.ts";
import { noHealth } from "./health-watch.ts";
import { composeSnapshot } from "./snapshot.ts";
import { howEnded, type WorkerEnd } from "./worker-record.ts";

/**
 * An instance in development: one worker, ended and started anew when its code changes. Clients wait at the door
 * meanwhile; where the code does not run they are shown why, until the next save. There is no journal.
 */
export interface DevInstance extends Instance {
  /** A worker ended, and the supervisor knows. */
  workerEnded(end: WorkerEnd): void;
}

export interface DevInstanceDependencies extends SharedParts, DevParts, Pick<InstanceDependencies, "appAsNamed"> {}

export const createDevInstance = (dependencies: DevInstanceDependencies): DevInstance => {
  const { supervisor, door, traffic, faultPage, output, codeWatch, log } = dependencies;
  const phase = createPhase();
  let generation = dependencies.first;
  let readyAtMs: number | null = null;
  let fault: Message | null = null;
  let looking: NodeJS.Timeout | undefined;
  let looksSinceReady = 0;
  const { warn, shownFor } = createKeptWarnings(log);

  const isStopping = (): boolean => phase.name() === "draining";

  const fail = (failure: AppFailure, code: "E_APP_FAILED" | "dev.app-ended"): void => {
    const { reason, message, place, stack } = failure;
    fault = { code, facts: { app: generation.app.path, reason, message, place } };
    supervisor.abandon(generation.id);
    faultPage.show({ message: fault, place, details: () => details(stack, output.lastErrors()) });
    door.setLimits({ ...doorLimitsOf(generation), connections: 0, backlog: 0 });
    door.refuseWaiting();
    phase.enter("serving");
    log.error(fault);
    log.warn({ code: "dev.waiting", facts: {} });
  };

  /** Old code ends, new code starts; those who come meanwhile are held. null: another wish came in between. */
  const bringUp = async (isOutdated: () => boolean): Promise<BootVerdict | null> => {
    const startedAtMs = monotonicMs();
    const old = generation;
    if (phase.name() !== "starting") {
      phase.enter("changing");
      generation = { ...old, id: old.id + 1, app: identify(dependencies.appAsNamed(), old.app) };
    }
    readyAtMs = null;
    fault = null;
    faultPage.show(null);
    door.setLimits(doorLimitsOf(generation));
    supervisor.point(generation.id);
    if (old !== generation) {
      supervisor.retire(old.id);
      await supervisor.whenGone(old.id, goneWithinMs);
    }
    if (isOutdated()) return null;
    codeWatch.begin();
    output.forget();
    supervisor.raise(generation);
    const verdict = await supervisor.whenUp(generation.id);
    if (isOutdated()) return null;
    if (verdict.verdict === "failed" || verdict.verdict === "partly") fail(verdict.failure, "E_APP_FAILED");
    else {
      readyAtMs = monotonicMs();
      looksSinceReady = 0;
      phase.enter("serving");
      const { id } = generation;
      log.info({ code: "dev.ready", facts: { generation: id, tookMs: Math.round(readyAtMs - startedAtMs) } });
    }
    return verdict;
  };

  const start = createSerial(bringUp, {
    // What is still starting has old code.
    overtaken: () => {
      if (readyAtMs === null) supervisor.abandon(generation.id);
    },
    isStopping,
  });

  const look = (): void => {
    const startedAtMs = performance.now();
    const changed = codeWatch.look();
    looksSinceReady += 1;
    if (changed.length > 0) saved(changed);
    const tookMs = performance.now() - startedAtMs;
    looking = setTimeout(look, Math.max(lookEveryMs, tookMs * leisure));
  };

  const saved = (changed: readonly string[]): void => {
    const early = fault === null && (readyAtMs === null || looksSinceReady <= earlyLooks);
    const ignored = dependencies.selfWrites.judge(changed, early);
    for (const file of ignored) warn({ code: "dev.writes-own-code", facts: { file } });
    const files = changed.filter((file) => !ignored.includes(file));
    // The old worker may take several looks to go: one save is one restart.
    codeWatch.accept();
    if (files.length === 0) return;
    const named = files.slice(0, filesNamed).map((file) => relative(process.cwd(), file));
    log.info({ code: "dev.restarting", facts: { files: named, more: files.length - named.length } });
    void start();
  };

  const outcomeOf = (verdict: BootVerdict): Progress => {
    const { id, app } = generation;
    const place = { hint: null, stage: 0, revision: 0, generation: id };
    if (verdict.verdict === "failed" || verdict.verdict === "partly") {
      const { reason, message, place: at } = verdict.failure;
      const facts = { app: app.path, reason, message, place: at };
      return { type: "outcome", exitCode: 1, message: { code: "E_APP_FAILED", facts }, ...place };
    }
    return { type: "outcome", exitCode: 0, message: { code: "dev.ready", facts: { generation: id } }, ...place };
  };

  return {
    inForce: () => ({ revision: 0, generation }),
    isSteady: () => phase.name() === "serving",
    reserve: ({ what }) => {
      throw new DashdError("E_DEVELOPMENT", { kind: what }, { hint: "dashd start" });
    },
    warn,
    /** Is there at once: what the banner says is true as soon as the door is open. */
    start: () => {
      log.warn({ code: "dev.serving", facts: {} });
      void start();
      looking = setTimeout(look, lookEveryMs);
      return Promise.resolve({ verdict: "up" });
    },
    plan: ({ kind }) => Promise.reject(refused({ kind })),
    change: (request) => {
      if (request.kind !== "reload") return Promise.reject(refused(request));
      const feed = createProgressFeed();
      feed.push({ type: "step", at: new Date().toISOString(), code: "dev.restart-asked", facts: { by: request.by } });
      void start().then((verdict) => {
        feed.push(outcomeOf(verdict));
        feed.end();
      });
      return Promise.resolve(feed);
    },
    stop: async () => {
      phase.enter("draining");
      clearTimeout(looking);
      dependencies.closeListener();
      faultPage.show(null);
      door.refuseWaiting();
      await supervisor.stop(generation.profile.stopTimeoutSec * 1_000 + endingMs);
      faultPage.close();
    },
    workerEnded: (end) => {
      if (phase.name() !== "serving" || fault !== null) return;
      if (supervisor.records().some((record) => record.generation === generation.id)) return;
      fail({ reason: "ended", message: howEnded(end), place: null, stack: null }, "dev.app-ended");
    },
    status: (): Snapshot => {
      const nowMs = monotonicMs();
      const services = dependencies.services();
      const snapshot = composeSnapshot({
        nowMs,
        phase: phase.name(),
        inForce: { revision: 0, generation },
        limits: limitRows(generation.profile, supervisor.records(), generation.id),
        proof: null,
        services: { ...services, embedded: dependencies.embedded },
        records: supervisor.records(),
        historyOf: supervisor.historyOf,
        wanted: supervisor.wantedOf(generation.id),
        connectionsOf: door.connectionsOf,
        door: door.figures(),
        traffic: traffic.figures(nowMs),
        host: dependencies.hostFigures(),
        since: phase.since().toISOString(),
        ...dependencies.addresses(),
        master: dependencies.master(),
        warnings: [...(fault === null ? [] : [fault]), ...shownFor(generation.id), ...dependencies.passingWarnings()],
        appDrifted: false,
        health: noHealth,
      });
      return {
        ...snapshot,
        mode: "development",
        // Nothing backs off: the next save decides.
        workers: snapshot.workers.filter(({ state }) => state !== "backing-off"),
        // Judged by the promise of a stage, of which there is none.
        indicators: [],
      };
    },
  };
};

/** One run at a time. A wish during a run overtakes it, and all wait for the last. */
const createSerial = (
  run: (isOutdated: () => boolean) => Promise<BootVerdict | null>,
  { overtaken, isStopping }: { readonly overtaken: () => void; readonly isStopping: () => boolean },
): (() => Promise<BootVerdict>) => {
  let wishes = 0;
  let running: Promise<BootVerdict> | null = null;
  const untilCurrent = async (): Promise<BootVerdict> => {
    for (;;) {
      const mine = wishes;
      const verdict = await run(() => wishes !== mine || isStopping());
      if (verdict !== null) return verdict;
      if (isStopping()) return { verdict: "failed", failure: stopped };
    }
  };
  return () => {
    wishes += 1;
    if (running !== null) overtaken();
    running ??= untilCurrent().finally(() => {
      running = null;
    });
    return running;
  };
};

const refused = ({ kind, ...request }: { readonly kind: string; readonly stage?: number }): DashdError =>
  new DashdError(
    "E_DEVELOPMENT",
    { kind },
    { hint: "stage" in request ? `dashd start --stage ${request.stage ?? 1}` : "dashd start" },
  );

/** A folder in the middle of a rename: the worker itself will say what is missing. */
const identify = (app: AppToRun, before: AppIdentity): AppIdentity => {
  try {
    return identifyApp(app);
  } catch {
    return before;
  }
};

const limitRows = (
  profile: Profile,
  records: ReturnType<InstanceDependencies["supervisor"]["records"]>,
  generation: Generation["id"],
): readonly LimitRow[] => {
  const ready = records.filter((record) => record.generation === generation && record.state === "ready");
  const effectiveOf = (name: string): number | null =>
    name === "workers" ? ready.length : (ready[0]?.effective?.postgresConnections ?? null);
  return developmentLimits(profile).map(({ name, value: declared }) => {
    const effective = declared === null ? null : effectiveOf(name);
    return {
      name,
      declared,
      effective,
      proven: null,
      provenAt: null,
      drift: effective !== null && effective !== declared,
    };
  });
};

/** Node prints the error with its source line, the stack mapped; without output of its own the stack must do. */
const details = (stack: string | null, errors: string): string => {
  const own = errors.replaceAll(ofDebugger, "");
  return own.trim() === "" ? (stack ?? "") : own;
};

const ofDebugger = /^(Debugger (listening|attached|ending)|For help, see: https:|Waiting for the debugger).*\n?/gm;

const stopped: AppFailure = { reason: "ended", message: "because.stopped", place: null, stack: null };

/** A save is noticed at the second look after it. */
const lookEveryMs = 200;
/** So much longer than a look takes is the pause after it: five per cent of a core at most. */
const leisure = 20;
/** What the app writes while it starts, and within a second or two. In looks: on a busy host they come late. */
const earlyLooks = 8;
const goneWithinMs = 5_000;
const endingMs = 200;
const filesNamed = 3;

import { followLines } from "./client-lines.ts";
import { DashdError } from "../errors.ts";
import type { LogLevel } from "../log.ts";
import type { HomePaths } from "../home/paths.ts";
import { type FilledPools, isFilledPools } from "../protocol/filled-pools.ts";
import type { ProofRecord } from "../protocol/proof-record.ts";
import type { ChangeRequest, HeldReport, LogLevelRequest, Progress, SettingInForce } from "../protocol/control.ts";
import type { DrillProgress, DrillRequest, DrillResult } from "../protocol/drill.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { callControl, type ControlCall } from "./client-call.ts";
import { isDone, isDrillProgress, isHeldAnswer, isProgress, isSettings, isSnapshot } from "./client-guards.ts";

/** Talks to the master of a home over its unix socket. Every call has a deadline. */
export interface ControlClient {
  status(): Promise<Snapshot>;
  settings(): Promise<readonly SettingInForce[]>;
  /** Until the next start; settles once it is in force. */
  setLogLevel(level: LogLevel): Promise<void>;
  /** Leaving the loop, or a broken connection, only detaches: the change goes on in the master. */
  change(request: ChangeRequest, detach?: AbortSignal): AsyncGenerator<Progress, void>;
  /** Whether it counts: the generation is still in force. */
  held(report: HeldReport): Promise<boolean>;
  /** Ends when the master has closed the connection. */
  stop(detach?: AbortSignal): AsyncGenerator<Progress, void>;
  /** The master keeps it as the last proof. */
  keepProof(proof: ProofRecord): Promise<void>;
  /** Every worker's pool is full for a moment, and PostgreSQL counts; null: no worker has one. */
  fillPools(): Promise<FilledPools | null>;
  /** Leaving the loop ends the drill, and its fault with it. */
  drill(request: DrillRequest): AsyncGenerator<DrillProgress, void>;
  restoreDrill(id: string): Promise<void>;
  endDrill(result: DrillResult): Promise<void>;
}

export interface ControlClientOptions {
  readonly paths: Pick<HomePaths, "dir" | "controlSocket">;
  readonly deadlines?: ClientDeadlines;
}

export interface ClientDeadlines {
  readonly statusMs: number;
  /** The journal has a deadline of its own, ten seconds. */
  readonly tellMs: number;
  /** A silent change is no broken one; after this long the master is asked for a sign of life. */
  readonly silenceMs: number;
}

export const createControlClient = ({ paths, deadlines = defaultDeadlines }: ControlClientOptions): ControlClient => {
  const call = (request: Pick<ControlCall, "method" | "path" | "body">) =>
    callControl({ ...request, home: paths.dir, socketPath: paths.controlSocket });

  const odd = (): DashdError =>
    new DashdError("E_CONTROL", { socket: paths.controlSocket, found: "control.odd-answer" });
  const ask = async <T>(path: string, guard: (body: unknown) => body is T): Promise<T> => {
    const answer = await call({ method: "GET", path }).document(deadlines.statusMs);
    if (guard(answer)) return answer;
    throw odd();
  };
  const tell = async (path: string, body: unknown): Promise<void> => {
    const answer = await call({ method: "POST", path, body }).document(deadlines.tellMs);
    if (!isDone(answer)) throw odd();
  };
  const status = (): Promise<Snapshot> => ask("/v1/status", isSnapshot);

  async function* follow<T>(
    path: string,
    body: unknown,
    guard: (line: unknown) => line is T,
    detach?: AbortSignal,
  ): AsyncGenerator<T, void> {
    const lines = followLines(call({ method: "POST", path, body }), {
      silenceMs: deadlines.silenceMs,
      alive: status,
      detach,
    });
    for await (const line of lines) {
      if (!guard(line)) throw odd();
      yield line;
    }
  }

  return {
    status,
    settings: () => ask("/v1/settings", isSettings),
    setLogLevel: async (level) => {
      await call({ method: "POST", path: "/v1/log-level", body: { level } satisfies LogLevelRequest }).document(
        deadlines.statusMs,
      );
    },
    change: async function* (request, detach) {
      for await (const step of follow("/v1/change", request, isProgress, detach)) {
        yield step;
        if (step.type === "outcome") return;
      }
      throw new DashdError("E_CONTROL", { socket: paths.controlSocket, found: "control.ended-early" });
    },
    held: async (report) => {
      const answer = await call({ method: "POST", path: "/v1/held", body: report }).document(deadlines.statusMs);
      return isHeldAnswer(answer) && answer.counted;
    },
    keepProof: async (proof) => {
      await call({ method: "POST", path: "/v1/proof", body: proof }).document(deadlines.statusMs);
    },
    fillPools: async () => {
      const answer = await call({ method: "POST", path: "/v1/pool-fill" }).document(fillWithinMs);
      if (isFilledPools(answer)) return answer;
      throw odd();
    },
    stop: (detach) => follow("/v1/stop", undefined, isProgress, detach),
    drill: (request) => follow("/v1/drill", request, isDrillProgress),
    restoreDrill: (id) => tell("/v1/drill/restore", { id }),
    endDrill: (result) => tell("/v1/drill/end", result),
  };
};

/** A master waits no longer for its workers and the server than half of that. */
const fillWithinMs = 15_000;

const defaultDeadlines: ClientDeadlines = { statusMs: 5000, tellMs: 15_000, silenceMs: 10_000 };

import { followLines } from "./client-lines.ts";
import { DashdError } from "../errors.ts";
import type { LogLevel } from "../log.ts";
import type { HomePaths } from "../home/paths.ts";
import { type FilledPools, isFilledPools } from "../protocol/filled-pools.ts";
import type { ProofRecord } from "../protocol/proof-record.ts";
import type { ChangeRequest, HeldReport, LogLevelRequest, Progress, SettingInForce } from "../protocol/control.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { callControl, type ControlCall } from "./client-call.ts";
import { isHeldAnswer, isProgress, isSettings, isSnapshot } from "./client-guards.ts";

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
}

export interface ControlClientOptions {
  readonly paths: Pick<HomePaths, "dir" | "controlSocket">;
  readonly deadlines?: ClientDeadlines;
}

export interface ClientDeadlines {
  readonly statusMs: number;
  /** A silent change is no broken one; after this long the master is asked for a sign of life. */
  readonly silenceMs: number;
}

export const createControlClient = ({ paths, deadlines = defaultDeadlines }: ControlClientOptions): ControlClient => {
  const call = (request: Pick<ControlCall, "method" | "path" | "body">) =>
    callControl({ ...request, home: paths.dir, socketPath: paths.controlSocket });

  const ask = async <T>(path: string, guard: (body: unknown) => body is T): Promise<T> => {
    const answer = await call({ method: "GET", path }).document(deadlines.statusMs);
    if (guard(answer)) return answer;
    throw new DashdError("E_CONTROL", { socket: paths.controlSocket, found: "control.odd-answer" });
  };
  const status = (): Promise<Snapshot> => ask("/v1/status", isSnapshot);

  async function* progress(path: string, body: unknown, detach?: AbortSignal): AsyncGenerator<Progress, void> {
    const lines = followLines(call({ method: "POST", path, body }), {
      silenceMs: deadlines.silenceMs,
      alive: status,
      detach,
    });
    for await (const line of lines) {
      if (!isProgress(line)) {
        throw new DashdError("E_CONTROL", { socket: paths.controlSocket, found: "control.odd-answer" });
      }
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
      for await (const step of progress("/v1/change", request, detach)) {
        yield step;
        if (step.type === "outcome") return;
      }
      throw new DashdError("E_CONTROL", { socket: paths.controlSocket, found: "control.ended-early" });
    },
    held: async (report) => {
      const answer = await call({ method: "POST", path: "/v1/held", body: report }).document(deadlines.statusMs);
      return isHeldAnswer(answer) && answer.counted;
    },
    stop: (detach) => progress("/v1/stop", undefined, detach),
    keepProof: async (proof) => {
      await call({ method: "POST", path: "/v1/proof", body: proof }).document(deadlines.statusMs);
    },
    fillPools: async () => {
      const answer = await call({ method: "POST", path: "/v1/pool-fill" }).document(fillWithinMs);
      if (isFilledPools(answer)) return answer;
      throw new DashdError("E_CONTROL", { socket: paths.controlSocket, found: "control.odd-answer" });
    },
  };
};

/** A master waits no longer for its workers and the server than half of that. */
const fillWithinMs = 15_000;

const defaultDeadlines: ClientDeadlines = { statusMs: 5000, silenceMs: 10_000 };

import type { Facts, Message } from "../errors.ts";
import type { FilledPools } from "./filled-pools.ts";
import type { ProofRecord } from "./proof-record.ts";
import type { LogLevel } from "../log.ts";
import type { DrillBegun, DrillEnd, DrillRequest, DrillResult, DrillRun, JudgedDrill } from "./drill.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * The control API, one thing with two doors: the unix socket in the home, and the admin port with a token.
 *
 * GET  /v1/status    → {@link Snapshot}
 * GET  /v1/settings  → {@link SettingInForce}[] (secrets redacted)
 * POST /v1/log-level {@link LogLevelRequest} → {@link LogLevelRequest}, the one in force until the next start
 * POST /v1/change    {@link ChangeRequest} → lines of {@link Progress} (application/x-ndjson), the last one an outcome
 * POST /v1/held      {@link HeldReport} → {@link HeldAnswer}
 * POST /v1/drill     DrillRequest → lines of DrillProgress; a connection that breaks ends the drill
 * POST /v1/drill/run DrillRun → lines of {@link Progress}; a connection that breaks only detaches
 * POST /v1/drill/stop → {"done":true}: what /v1/drill/run began ends now, without a judgement
 * POST /v1/drill/restore {id}, /v1/drill/end DrillResult → {"done":true}
 * POST /v1/stop      → lines of {@link Progress}; the connection ends when the master has gone
 * POST /v1/proof     a proof (`dashd verify`), kept whole: status shows what was proven; → {"kept": true}
 * POST /v1/pool-fill → {@link FilledPools} | null: every worker fills its pool for a moment, and PostgreSQL is asked
 * GET  /healthz, /readyz → without a token, on both doors
 *
 * A refused request is one JSON document {@link ApiError} with status 4xx/5xx.
 */
export type ChangeRequest =
  | ({
      readonly kind: "stage";
      readonly stage: number;
      /** What a saved plan was made for; null: none. */
      readonly planned: PlannedFor | null;
    } & ChangeOptions)
  | ({ readonly kind: "reload" } & ChangeOptions)
  | ({ readonly kind: "rollback"; readonly to: number | null } & ChangeOptions);

export interface ChangeOptions extends ChangeAuthor {
  /** How long the gates watch; null, or not said: as long as the profile says. */
  readonly watchWindowSec?: number | null;
}

/** A plan holds as long as neither has changed. */
export interface PlannedFor {
  readonly revision: number;
  readonly profileFingerprint: string;
}

/** Who asked and why, kept in the journal. */
export interface ChangeAuthor {
  readonly by: string;
  readonly reason: string | null;
}

export type Progress =
  | ({ readonly type: "step"; readonly at: string } & Message)
  | ({ readonly type: "outcome" } & Outcome);

export interface Outcome {
  /** Exit code of the contract, section 3. */
  readonly exitCode: number;
  readonly message: Message;
  readonly hint: string | null;
  /** One message per fault, where the code stands for several (E_PREFLIGHT). */
  readonly details?: readonly Message[];
  /** Of a drill: what was promised, and what was found. */
  readonly drill?: Pick<JudgedDrill, "lines" | "figures">;
  readonly stage: number;
  readonly revision: number;
  readonly generation: number;
}

export interface LogLevelRequest {
  readonly level: LogLevel;
}

export interface ApiError {
  readonly error: {
    readonly code: string;
    readonly facts: Facts;
    readonly hint: string | null;
    /** One message per fault, where the code stands for several (E_PROFILE, E_SETTING). */
    readonly details?: readonly Message[];
  };
}

export interface SettingInForce {
  readonly name: string;
  readonly value: string;
  readonly source: "flag" | "environment" | ".env" | "config file" | "default";
}

/** What the API needs of the master: handed in by the composition root. */
export interface ControlHandlers {
  status(): Snapshot;
  settings(): readonly SettingInForce[];
  /** Until the next start. */
  setLogLevel(level: LogLevel): void;
  /** Throws a DashdError (E_BUSY, E_STAGE_UNKNOWN, …) before the first step when refused. */
  change(request: ChangeRequest): Promise<AsyncIterable<Progress>>;
  stop(): Promise<AsyncIterable<Progress>>;
  /** Throws E_HOME where it cannot be written down. */
  keepProof(proof: ProofRecord): void;
  /** null: no worker has a pool. E_BUSY during a change. */
  fillPools(): Promise<FilledPools | null>;
  held(report: HeldReport): HeldAnswer;
  readonly drill: DrillHandlers;
  /** Throws before anything is touched: E_BUSY, E_DRILL_UNFIT, E_DEVELOPMENT. */
  runDrill(request: DrillRun): Promise<AsyncIterable<Progress>>;
  /** Its fault ends at once; the outcome is told by its own lines. Throws E_DRILL_OVER. */
  stopDrill(): void;
}

/** What a load tells at its end: whether the promise of the stage in force was kept for so many users. */
export interface HeldReport {
  readonly users: number;
  readonly kept: boolean;
  /** After the ramp, of all users together. */
  readonly requestsPerSec: number;
  /** That was in force when the load began. */
  readonly generation: number;
}

/** Not counted: another generation is in force by now, or it is a development run. */
export interface HeldAnswer {
  readonly counted: boolean;
}

export interface DrillHandlers {
  /** Throws before anything is touched: E_BUSY, E_DRILL_UNFIT, E_DEVELOPMENT. */
  begin(request: DrillRequest): Promise<DrillUnderWay>;
  /** Ends the fault, and not the drill. Throws E_DRILL_OVER. */
  restore(id: string): void;
  /** On disk when it resolves. Throws E_DRILL_OVER, E_JOURNAL. */
  end(result: DrillResult): Promise<void>;
}

export interface DrillUnderWay {
  readonly begun: DrillBegun;
  readonly over: Promise<DrillEnd>;
  /** Whoever began it has gone; nothing happens once it is over. */
  leave(): void;
}

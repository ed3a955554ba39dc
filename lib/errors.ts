/**
 * The one error of dashd. It carries a code and facts; words in either language are put at the edge (`lib/words`),
 * and only `bin` and the two `main.ts` turn it into an exit code.
 */
export class DashdError extends Error {
  override readonly name = "DashdError";
  readonly code: ErrorCode;
  /** What the sentence of this code needs: the subject, what was found, what is expected. Never a secret. */
  readonly facts: Facts;
  /** The next command to run, ready to paste; null where there is none. */
  readonly hint: string | null;
  /** One message per fault, where a code stands for several at once (E_PROFILE, E_SETTING). */
  readonly details: readonly Message[];

  constructor(code: ErrorCode, facts: Facts = {}, options: ErrorDetails = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = facts;
    this.hint = options.hint ?? null;
    this.details = options.details ?? [];
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }
}

export type Facts = Readonly<Record<string, Fact>>;
type Fact = string | number | boolean | null | readonly string[];

/** A sentence not yet in words: a code of the catalogue in `lib/words` and the facts it is made of. */
export interface Message {
  readonly code: string;
  readonly facts: Facts;
}

interface ErrorDetails {
  readonly hint?: string | null | undefined;
  readonly details?: readonly Message[] | undefined;
  readonly cause?: unknown;
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(exitCodes, code);

/** Exit codes of the contract, section 3. */
const exitCodes = {
  E_INTERNAL: 1,
  E_SHORTAGE: 1,
  E_PORT_IN_USE: 1,
  E_PORT_DENIED: 1,
  E_ADDRESS: 1,
  E_HOME: 1,
  E_HOME_LOCKED: 1,
  E_JOURNAL: 1,
  E_NOTHING_TO_ROLL_BACK: 1,
  E_REVISION_UNKNOWN: 1,
  E_CODE_GONE: 1,
  E_APP_FAILED: 1,
  E_OTHER_APP_RUNNING: 1,
  E_CONTROL: 1,
  E_INSIDE_CLUSTER: 1,
  E_STOPPED_WHILE_STARTING: 1,
  E_POSTGRES_EMBEDDED: 1,
  E_DEVELOPMENT: 1,
  E_NO_LOG_FILES: 1,
  E_NO_SYSTEMD: 1,
  E_UNIT_TAKEN: 1,
  E_UNIT_FAULTY: 1,
  E_NOT_WRITABLE: 1,
  E_SYSTEMD: 1,
  E_CHANGE_FAILED: 3,
  E_WITHDRAWN: 3,
  E_LOAD_PAGE: 1,
  E_GATE: 3,
  E_GATE_UNKNOWN: 4,
  E_REVERT_FAILED: 4,
  E_DRILL_OVER: 4,
  E_TIMED_OUT: 5,
  E_PREFLIGHT: 6,
  E_PLAN_STALE: 6,
  E_SEAL: 6,
  E_DRILL_UNFIT: 6,
  E_BUSY: 7,
  E_NOT_RUNNING: 8,
  E_UNAUTHORIZED: 1,
  E_USAGE: 64,
  E_STAGE_UNKNOWN: 64,
  E_SLOT_UNKNOWN: 64,
  E_PROFILE: 64,
  E_SCENARIO: 64,
  E_SETTING: 64,
  E_APP_NOT_FOUND: 64,
  E_START_SCRIPT: 64,
  E_TLS: 64,
  E_LISTEN_FDS: 64,
  E_PROOF: 64,
  E_NOT_ASKED: 64,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/**
 * What a command is rejected with where Redis itself did not answer it: a sentence for the log and a code for the app. What
 * the server did answer, `OOM` or `WRONGTYPE`, reaches the app as ioredis has it. Never a password: it is made from codes.
 */
export class RedisError extends Error {
  override readonly name = "RedisError";
  readonly code: RedisErrorCode;

  constructor(code: RedisErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Down: not sent, or lost on the way. Timeout: sent, and no answer in time. Busy: too many are unanswered already. */
export type RedisErrorCode = "E_REDIS_DOWN" | "E_REDIS_TIMEOUT" | "E_REDIS_BUSY";

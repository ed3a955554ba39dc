/**
 * What a query or a command of a sick service is rejected with: a sentence for the log, a code for the app, and what was
 * found as the cause. Never a password: it is made from codes, not from the server's address.
 */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export type ServiceErrorCode = "E_POSTGRES_DOWN" | "E_POSTGRES_BUSY";

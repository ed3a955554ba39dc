import { closeSync, writeSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { DashdError, isErrorCode } from "../errors.ts";
import { isApiError } from "../control/client-guards.ts";
import type { ApiError } from "../protocol/control.ts";

/**
 * How a detached start tells its parent why it failed: one ApiError on a descriptor of its own, so that the parent says
 * it in the operator's language and shape instead of repeating a log.
 */
export const reportFd = 3;
export const reportVariable = "DASHD_START_REPORT";

/** In the child, before anything inherits the environment. */
export const takeReporter = (env: NodeJS.ProcessEnv): ((error: DashdError) => void) | null => {
  if (env[reportVariable] === undefined) return null;
  delete env[reportVariable];
  return ({ code, facts, hint, details }) => {
    const report: ApiError = { error: { code, facts, hint, details } };
    try {
      writeSync(reportFd, JSON.stringify(report));
      closeSync(reportFd);
    } catch {
      // The parent has gone: the error is in start.log all the same.
    }
  };
};

/** In the parent: null when the child ended without an error of its own. */
export const readReport = async (stream: Readable | Writable | null | undefined): Promise<DashdError | null> => {
  if (stream === null || stream === undefined || !("read" in stream)) return null;
  let text = "";
  try {
    for await (const chunk of stream) text += String(chunk);
    const report: unknown = JSON.parse(text);
    if (!isApiError(report) || !isErrorCode(report.error.code)) return null;
    const { code, facts, hint, details } = report.error;
    return new DashdError(code, facts, { hint, details });
  } catch {
    return null;
  }
};

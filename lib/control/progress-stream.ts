import type { ServerResponse } from "node:http";
import { DashdError } from "../errors.ts";
import type { Outcome, Progress } from "../protocol/control.ts";
import { securityHeaders } from "./answers.ts";

/**
 * Writes each step as one line of JSON the moment it happens.
 *
 * The steps are always read to their end: a client that goes away, or reads too slowly, is only detached; the change
 * goes on. What breaks in the middle becomes an outcome, since the status line is long gone.
 */
export const streamProgress = async (
  response: ServerResponse,
  steps: AsyncIterable<Progress>,
  whereWeAre: () => Pick<Outcome, "stage" | "revision" | "generation">,
): Promise<void> => {
  response.on("error", () => response.destroy());
  response.writeHead(200, { ...securityHeaders, "Content-Type": "application/x-ndjson; charset=utf-8" });
  response.flushHeaders();
  const tell = (progress: Progress): void => {
    if (response.destroyed) return;
    response.write(`${JSON.stringify(progress)}\n`);
    if (response.writableLength > maxUnreadBytes) response.destroy();
  };
  try {
    for await (const step of steps) tell(step);
  } catch (error) {
    const known = error instanceof DashdError ? error : new DashdError("E_INTERNAL", {}, { cause: error });
    tell({
      type: "outcome",
      exitCode: known.exitCode,
      message: { code: known.code, facts: known.facts },
      hint: known.hint,
      ...whereWeAre(),
    });
  }
  response.end();
};

const maxUnreadBytes = 256 * 1024;

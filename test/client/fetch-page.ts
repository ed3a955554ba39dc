import assert from "node:assert/strict";
import { requestOnce, type ConnectionOptions, type RequestOptions } from "./connection.ts";
import { whoAnswered } from "./name-card.ts";
import type { Answer } from "./outcome.ts";

/** One request that must be answered, whatever the status. */
export const fetchPage = async (
  port: number,
  path: string,
  options: RequestOptions & ConnectionOptions = {},
): Promise<Answer> => {
  const outcome = await requestOnce(port, path, options);
  assert.ok(outcome.kind === "answer", `${path}: ${JSON.stringify(outcome)}`);
  return outcome;
};

/** The pid of the worker that answered `/`. */
export const fetchPid = async (port: number): Promise<number> => {
  const answer = await fetchPage(port, "/");
  const card = whoAnswered(answer);
  assert.ok(card !== null, `${answer.status} ${answer.body}`);
  return card.pid;
};

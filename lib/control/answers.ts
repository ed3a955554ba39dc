import type { ServerResponse } from "node:http";
import { DashdError, type ErrorCode } from "../errors.ts";
import type { AdminAnswer } from "../protocol/admin-route.ts";
import type { ApiError } from "../protocol/control.ts";
import type { Refusal } from "./admin-gate.ts";

export const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, "application/json; charset=utf-8", `${JSON.stringify(body)}\n`);

export const sendAnswer = (response: ServerResponse, { status = 200, type, body, headers }: AdminAnswer): void =>
  send(response, status, type, body, headers);

export const sendText = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, "text/plain; charset=utf-8", text);

/** A refusal in the shape of the API. What is no DashdError is our own fault: its text stays inside. */
export const sendError = (response: ServerResponse, error: unknown, status?: number): void => {
  const known = error instanceof DashdError ? error : new DashdError("E_INTERNAL", {}, { cause: error });
  const { code, facts, hint, details } = known;
  const body: ApiError = { error: { code, facts, hint, ...(details.length === 0 ? {} : { details }) } };
  sendJson(response, status ?? httpStatusOf(known.code), body);
};

export const sendRefusal = (response: ServerResponse, { status, error, headers }: Refusal): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendError(response, error, status);
};

const httpStatusOf = (code: ErrorCode): number => statuses[code] ?? 500;

/** On every answer of both doors: nothing is cached, framed, sniffed or loaded from elsewhere. */
export const securityHeaders = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

const statuses: Partial<Record<ErrorCode, number>> = {
  E_USAGE: 400,
  E_STAGE_UNKNOWN: 400,
  E_UNAUTHORIZED: 401,
  E_REVISION_UNKNOWN: 404,
  E_BUSY: 409,
  E_DRILL_OVER: 409,
  E_DRILL_UNFIT: 409,
  E_DEVELOPMENT: 409,
  E_NOTHING_TO_ROLL_BACK: 409,
  E_CODE_GONE: 409,
  E_PROFILE: 422,
  E_APP_NOT_FOUND: 422,
  E_CHANGE_FAILED: 409,
  E_TIMED_OUT: 504,
};

/** A client that asks and then never reads holds its answer no longer than this. */
const unreadAnswerMs = 5000;

const send = (
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void => {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...securityHeaders, "Content-Type": type, "Content-Length": length, ...headers });
  response.end(body);
  if (response.writableFinished) return;
  const unread = setTimeout(() => response.destroy(), unreadAnswerMs).unref();
  response.once("close", () => clearTimeout(unread));
};

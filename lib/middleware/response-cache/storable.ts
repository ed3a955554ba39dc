import type { AnswerHead } from "./answer-head.ts";
import { valueIn } from "./answer-head.ts";

/**
 * Whether an answer that asked may be kept at all, beyond what RFC 9111 says of it: nothing that could be somebody's own.
 * - Set-Cookie makes it the answer of one client.
 * - `Vary: *` matches nobody; `Vary: Cookie` and `Vary: Authorization` say that it differs by who asks: not `public`.
 * - A coding that not every client can read needs `Vary: Accept-Encoding`.
 * - Streams have no end that could be waited for; trailers would be lost.
 */
export const isStorable = (head: AnswerHead, maxBytes: number): boolean => {
  const { status, lines } = head;
  if (!statuses.has(status) || lines.has("set-cookie") || lines.has("trailer") || lines.has("content-range")) {
    return false;
  }
  const vary = (valueIn(head, "vary") ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
  if (vary.some((name) => name === "*" || name === "cookie" || name === "authorization")) return false;
  if (lines.has("content-encoding") && !vary.includes("accept-encoding")) return false;
  if ((valueIn(head, "content-type") ?? "").startsWith("text/event-stream")) return false;
  return Number(valueIn(head, "content-length") ?? 0) <= maxBytes;
};

/** Those that http-cache-semantics understands, 304 for one that is kept already. */
const statuses = new Set([200, 203, 204, 300, 301, 302, 303, 304, 307, 308, 404, 405, 410, 414, 501]);

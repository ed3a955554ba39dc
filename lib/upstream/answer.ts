import type { IncomingMessage, ServerResponse } from "node:http";
import { namedBy } from "./request-headers.ts";

/**
 * Passes the upstream's answer on as it comes: its headers with their case and repetitions, the head at once even where
 * the body waits (event streams), trailers. Throws where Node refuses a header.
 */
export const passAnswer = (answer: IncomingMessage, res: ServerResponse): void => {
  res.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", endToEnd(answer));
  let begun = false;
  answer.once("data", () => {
    begun = true;
  });
  answer.once("end", () => {
    begun = true;
    if (answer.rawTrailers.length > 0) res.addTrailers(pairsOf(answer.rawTrailers));
  });
  answer.pipe(res);
  // Head and body of an ordinary answer come together and leave in one packet.
  setImmediate(() => {
    if (!begun && !res.writableEnded && !res.destroyed) res.flushHeaders();
  });
};

export const isEventStream = ({ headers }: IncomingMessage): boolean =>
  headers["content-type"]?.startsWith("text/event-stream") === true;

/** Name, value, name, value. */
const endToEnd = ({ rawHeaders, headers }: IncomingMessage): string[] => {
  const named = namedBy(headers.connection);
  return rawHeaders.filter((_, i) => {
    const name = (rawHeaders[i - (i % 2)] ?? "").toLowerCase();
    return !ofOneHop.has(name) && (!named.includes(name) || name === "content-length");
  });
};

const pairsOf = (raw: readonly string[]): readonly [string, string][] =>
  raw.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, raw[i + 1] ?? ""]] : []));

/** How the body is framed and how long the connection lives is between the client and us. */
const ofOneHop: ReadonlySet<string> = new Set(
  "connection keep-alive proxy-connection proxy-authenticate transfer-encoding trailer upgrade".split(" "),
);

import type { IncomingMessage } from "node:http";

/**
 * Turns the headers of a client's request into those of ours to the upstream: what was meant for this hop goes,
 * X-Forwarded-* tells where it came from. A trusted proxy's are still there and are added to; others were removed
 * before. Host stays as the client sent it. An upgrade keeps the two headers that ask for it.
 */
export const makeUpstreamHeaders = (req: IncomingMessage, { worker, upgrade }: HopFacts): void => {
  const { headers, socket } = req;
  const asked = headers.upgrade;
  for (const name of namedBy(headers.connection)) if (!neverOfOneHop.has(name)) delete headers[name];
  for (const name of ofOneHop) delete headers[name];
  if (upgrade && asked !== undefined) {
    headers.connection = "Upgrade";
    headers.upgrade = asked;
  }
  const peer = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, "");
  const before = textOf(headers["x-forwarded-for"]);
  if (peer !== undefined) headers["x-forwarded-for"] = before === undefined ? peer : `${before}, ${peer}`;
  headers["x-forwarded-proto"] ??= "encrypted" in socket ? "https" : "http";
  if (headers.host !== undefined) headers["x-forwarded-host"] ??= headers.host;
  headers["x-dashd-worker"] = worker;
};

export interface HopFacts {
  /** `slot/pid`, so that the upstream's log can name it. */
  readonly worker: string;
  readonly upgrade: boolean;
}

/** Whether it may be sent twice: it has no body and asks for no change. */
export const isRepeatable = ({ method, headers }: IncomingMessage): boolean =>
  (method === "GET" || method === "HEAD" || method === "OPTIONS") &&
  headers["transfer-encoding"] === undefined &&
  Number(headers["content-length"] ?? 0) === 0;

/** `GET http://host/path` asks for `/path` (the guard in front has compared the host). */
export const toOriginForm = (req: IncomingMessage): void => {
  req.url = req.url?.replace(/^https?:\/\/[^/?#]*/i, "");
};

/** The names in a Connection header, lower case. */
export const namedBy = (connection: string | undefined): readonly string[] =>
  connection === undefined ? none : connection.split(",").map((name) => name.trim().toLowerCase());

const none: readonly string[] = [];

/** Transfer-Encoding stays: the body goes on chunked as it came. */
const ofOneHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "te",
  "trailer",
  "upgrade",
  "http2-settings",
] as const;

/** What a client must not take away by naming it in Connection: the length of a body above all. */
const neverOfOneHop: ReadonlySet<string> = new Set(
  "host content-length transfer-encoding content-type authorization cookie expect".split(" "),
);

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === "object" ? value.join(", ") : value;

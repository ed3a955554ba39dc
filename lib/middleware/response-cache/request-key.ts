import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/**
 * Under which name answers to this request are kept: scheme, Host, what a trusted proxy says of both, path and query. null
 * where it is none of ours: its answer is neither kept nor given from what is kept.
 */
export const createKeys = (): ((req: IncomingMessage) => string | null) => {
  let lastHost = "";
  let lastLowered = "";
  return (req) => {
    const { url = "" } = req;
    if (url.charCodeAt(0) !== slash || url.length > longestUrl) return null;
    const { headers } = req;
    const host = headers.host ?? String(headers[":authority"] ?? "");
    if (host !== lastHost) {
      lastHost = host;
      lastLowered = host.toLowerCase();
    }
    // No header can hold the end of a line: one part never reads as another.
    const scheme = (req.socket as { readonly encrypted?: boolean }).encrypted === true ? "https\n" : "http\n";
    return `${scheme}${lastLowered}\n${proxied(headers)}\n${url}`;
  };
};

/** The same without its query. */
export const pathOf = (key: string): string => {
  const query = key.indexOf("?");
  return query < 0 ? key : key.slice(0, query);
};

/**
 * Requests that go past the cache, whatever is kept.
 * - Authorization: RFC 9111, 3.5 would allow it for `public` answers. Here an answer that was given to somebody who had to
 *   say who he is is never kept, and whoever says it is always seen by the app.
 * - Range, If-Match, If-Unmodified-Since: the app's to answer (RFC 9110, 13.1 and 14.2).
 * - A body, an upgrade, another target in a header: the URL does not say what is asked for.
 */
export const goesPast = (headers: IncomingHttpHeaders): boolean =>
  headers.authorization !== undefined ||
  headers.range !== undefined ||
  headers["if-match"] !== undefined ||
  headers["if-unmodified-since"] !== undefined ||
  headers.upgrade !== undefined ||
  headers["transfer-encoding"] !== undefined ||
  (headers["content-length"] !== undefined && headers["content-length"] !== "0") ||
  headers["x-original-url"] !== undefined ||
  headers["x-rewrite-url"] !== undefined ||
  headers["x-http-method-override"] !== undefined ||
  headers["x-forwarded-user"] !== undefined;

/**
 * Asks for the whole answer in place of "has it changed?", which would bring nothing that could be kept: RFC 9111, 4.3 lets
 * a cache ask as it likes. The client gets 200 where it would have got 304.
 */
export const dropConditions = (req: IncomingMessage): void => {
  const { headers } = req;
  if (headers["if-none-match"] === undefined && headers["if-modified-since"] === undefined) return;
  for (const name of conditions) Reflect.deleteProperty(headers, name);
  req.rawHeaders = req.rawHeaders.filter((_, i, all) => !conditions.includes((all[i - (i % 2)] ?? "").toLowerCase()));
};

/** RFC 9110, 9.2.1: what does not change anything. */
export const isSafe = (method: string | undefined): boolean =>
  method === "GET" || method === "HEAD" || method === "OPTIONS" || method === "TRACE" || method === "CONNECT";

/** What frameworks make addresses of; the guard took it away unless the proxy is trusted. */
const proxied = (headers: IncomingHttpHeaders): string => {
  const { forwarded } = headers;
  const protocol = headers["x-forwarded-proto"];
  const host = headers["x-forwarded-host"];
  const port = headers["x-forwarded-port"];
  const prefix = headers["x-forwarded-prefix"];
  const isPlain =
    protocol === undefined &&
    host === undefined &&
    port === undefined &&
    prefix === undefined &&
    forwarded === undefined;
  return isPlain ? "" : JSON.stringify([protocol, host, port, prefix, forwarded]);
};

const conditions = ["if-none-match", "if-modified-since"];
const slash = 47;
const longestUrl = 2_048;

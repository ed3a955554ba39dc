import type { Server } from "node:http";
import type { CacheVisit } from "./response-cache/flights.ts";
import { createResponseCache } from "./response-cache/cache.ts";
import type { Middleware } from "./visit.ts";

/**
 * Express middleware: GET answers that say `Cache-Control: public, s-maxage=…` are kept in this process and given again,
 * within RFC 9111 (fresh, `stale-while-revalidate`, `stale-if-error`, Vary, 304), with Age and Cache-Status. Answers that do
 * not say both are never kept, nor are those with Set-Cookie, to requests with Authorization, or that vary by Cookie.
 * Put it first: what stands before it sees every request.
 */
export const responseCache = ({
  maxBytes = defaultBytes,
  waitTimeoutMs = defaultWaitMs,
}: ResponseCacheOptions = {}): Middleware => {
  const now = (): number => performance.now();
  const cache = createResponseCache<MiddlewareVisit>({
    maxBytes,
    waitTimeoutMs,
    now,
    pass: ({ next }) => next(),
    connect: ({ req }, socket) => {
      const { server } = req.socket as { readonly server?: Server };
      if (server === undefined || "updateSettings" in server) return false;
      server.emit("setSecureContext" in server ? "secureConnection" : "connection", socket);
      return true;
    },
  });
  return (req, res, next) => {
    if (req.httpVersionMajor === 2 || res.headersSent) {
      next();
      return;
    }
    const visit = { req, res, next, waitFromMs: now() };
    res.once("close", () => cache.leave(visit));
    cache.enter(visit);
  };
};

export interface ResponseCacheOptions {
  /** Bodies and heads that are kept, of this process; 8 MB unless said. One answer takes a quarter of it at most. */
  readonly maxBytes?: number;
  /** How long a request waits for the same answer that another is being given; 10 s unless said. */
  readonly waitTimeoutMs?: number;
}

interface MiddlewareVisit extends CacheVisit {
  readonly next: () => void;
}

const defaultBytes = 8 * 1024 * 1024;
const defaultWaitMs = 10_000;

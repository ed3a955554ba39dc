import { createDeadlines } from "./deadlines.ts";
import { cutStream, streamOf } from "./http2-stream.ts";
import { neutralise } from "./neutralise.ts";
import { refuse } from "./refusal.ts";
import { abortRequest, installRequestSignal } from "./request-signal.ts";
import type { Middleware, Visit } from "./visit.ts";
import { bytesSent } from "./visit.ts";

/**
 * Express middleware: a request that runs longer than `timeoutMs` gets 503, or is cut when its answer has begun, and its
 * signal (`req.signal`, `res.locals.signal`) fires; so it does when the client goes away. Streams are left alone.
 */
export const requestTimeout = ({ timeoutMs }: RequestTimeoutOptions): Middleware => {
  installRequestSignal();
  const deadlines = createDeadlines({ timeoutMs, now: () => performance.now(), expire: timeOut });
  return (req, res, next) => {
    const slotAtMs = performance.now();
    const visit: Visit = {
      req,
      res,
      arrivedAtMs: slotAtMs,
      waitFromMs: slotAtMs,
      bytesBefore: bytesSent(req),
      slotAtMs,
      state: "running",
      place: 0,
    };
    res.once("close", () => {
      deadlines.stop(visit);
      if (!res.writableFinished) abortRequest(req, "client-gone");
    });
    deadlines.start(visit);
    next();
  };
};

export interface RequestTimeoutOptions {
  readonly timeoutMs: number;
}

/** Ends a request whose time is over: 503 if no byte was sent, else its connection or stream is cut. */
export const timeOut = ({ req, res }: Visit): void => {
  abortRequest(req, "timed-out");
  const stream = streamOf(req);
  if (res.headersSent && stream !== null) cutStream(stream);
  else if (res.headersSent) req.socket.destroy();
  else {
    refuse(req, res, { status: 503, code: "timed-out" });
    neutralise(res);
  }
};

import type { Socket } from "node:net";
import type { GateLimits } from "./gate.ts";
import { createGate } from "./gate.ts";
import { refuse } from "./refusal.ts";
import type { Middleware, Visit } from "./visit.ts";
import { bytesSent } from "./visit.ts";

/**
 * Express middleware: at most `requestsPerWorker` requests run at once, `queueMax` more wait up to `waitTimeoutMs`; the
 * others, and requests on more than `connections` connections of this process, are answered 503.
 */
export const admission = (options: AdmissionOptions): Middleware => {
  const sockets = countSockets();
  const gate = createGate<MiddlewareVisit>({
    limits: options,
    now: () => performance.now(),
    run: (visit) => visit.next(),
    shed: (visit) => refuse(visit.req, visit.res, { status: 503, code: "busy" }),
  });
  return (req, res, next) => {
    if (res.destroyed) return;
    if (sockets.with(req.socket) > options.connections) {
      refuse(req, res, { status: 503, code: "too-many-connections" });
      return;
    }
    const arrivedAtMs = performance.now();
    const visit: MiddlewareVisit = {
      req,
      res,
      next,
      arrivedAtMs,
      waitFromMs: arrivedAtMs,
      bytesBefore: bytesSent(req),
      slotAtMs: 0,
      state: "arrived",
      place: 0,
    };
    res.once("close", () => gate.leave(visit));
    gate.enter(visit);
  };
};

export interface AdmissionOptions extends GateLimits {
  readonly connections: number;
}

interface MiddlewareVisit extends Visit {
  readonly next: () => void;
}

const countSockets = (): { with(socket: Socket): number } => {
  const seen = new WeakSet<Socket>();
  let open = 0;
  return {
    with: (socket) => {
      if (seen.has(socket)) return open;
      seen.add(socket);
      open++;
      socket.once("close", () => open--);
      return open;
    },
  };
};

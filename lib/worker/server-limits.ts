import type { Server } from "node:http";
import type { Http2Server } from "node:http2";
import type { WorkerLimits } from "../profile/worker-limits.ts";
import type { AppWarning } from "../protocol/worker-messages.ts";
import { serverKindOf, speaksHttp2 } from "./server-kind.ts";

/**
 * Puts the stage's time-outs on the live server, where Node reads them. Called again before `ready` and with every sweep:
 * a program that sets its own (`server.keepAliveTimeout = 65_000` after `listen()`) is not obeyed, and a warning says so.
 * Accessors would hold them tighter, but turn the server into a dictionary, and every request reads it some fifteen times.
 */
export const createServerLimits = (limits: WorkerLimits, warn: (warning: AppWarning) => void): ServerLimits => {
  const values = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: Math.min(headersTimeoutMs, limits.requestTimeoutMs),
    keepAliveTimeout: limits.idleTimeoutMs,
    timeout: 0,
    maxRequestsPerSocket: 0,
    // The instance's limit is counted at the door; a worker's own would drop connections without a word (TRAPS 1).
    maxConnections: Infinity,
  } as const;
  const names = Object.keys(values) as readonly (keyof typeof values)[];
  const known = new WeakSet<Server>();
  // What one client may send at once runs or waits here; more waits with the client, instead of being refused.
  const maxConcurrentStreams = Math.max(1, Math.min(mostStreams, limits.requestsPerWorker + limits.queueMax));
  return {
    hold: (server) => {
      for (const name of names) {
        if (server[name] === values[name]) continue;
        // What it had before we came is not against us.
        if (known.has(server)) warn({ code: "W_LIMIT_NOT_TAKEN", detail: `server.${name} = ${server[name]}` });
        server[name] = values[name];
      }
      const kind = known.has(server) ? null : serverKindOf(server);
      if (kind !== null && speaksHttp2(kind))
        (server as unknown as Http2Server).updateSettings({ maxConcurrentStreams });
      known.add(server);
      // How late Node may notice a header time-out; it reads this once, when it starts listening.
      (server as { connectionsCheckingInterval?: number }).connectionsCheckingInterval = 1000;
    },
  };
};

export interface ServerLimits {
  hold(server: Server): void;
}

export const headersTimeoutMs = 30_000;
/** RFC 9113 recommends no less, where there is no other reason. */
const mostStreams = 100;

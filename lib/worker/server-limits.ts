import type { Server } from "node:http";
import type { WorkerLimits } from "../profile/worker-limits.ts";
import type { AppWarning } from "../protocol/worker-messages.ts";

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
  return {
    hold: (server) => {
      for (const name of names) {
        if (server[name] === values[name]) continue;
        // What it had before we came is not against us.
        if (known.has(server)) warn({ code: "W_LIMIT_NOT_TAKEN", detail: `server.${name} = ${server[name]}` });
        server[name] = values[name];
      }
      known.add(server);
      // How late Node may notice a header time-out; it reads this once, when it starts listening.
      (server as { connectionsCheckingInterval?: number }).connectionsCheckingInterval = 1000;
    },
  };
};

export interface ServerLimits {
  hold(server: Server): void;
}

const headersTimeoutMs = 30_000;

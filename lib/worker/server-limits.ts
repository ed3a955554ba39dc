import type { Server } from "node:http";
import type { WorkerLimits } from "../profile/worker-limits.ts";
import type { AppWarning } from "../protocol/worker-messages.ts";

/**
 * Puts the stage's time-outs on the live server, where Node reads them, and keeps them there: a program that sets its own
 * (`server.keepAliveTimeout = 65_000` after `listen()`) is not obeyed, and a warning says so.
 */
export const applyServerLimits = (server: Server, limits: WorkerLimits, warn: (warning: AppWarning) => void): void => {
  const values: Readonly<Record<string, number>> = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: Math.min(headersTimeoutMs, limits.requestTimeoutMs),
    keepAliveTimeout: limits.idleTimeoutMs,
    timeout: 0,
    maxRequestsPerSocket: 0,
    // How late Node may notice a header time-out; read once, when it starts listening.
    connectionsCheckingInterval: 1000,
  };
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(server, name, {
      configurable: true,
      enumerable: true,
      get: () => value,
      set: (wanted: unknown) => {
        if (wanted !== value) warn({ code: "W_LIMIT_NOT_TAKEN", detail: `server.${name} = ${String(wanted)}` });
      },
    });
  }
  // The instance's limit is counted at the door; a worker's own would drop connections without a word (TRAPS 1).
  Object.defineProperty(server, "maxConnections", {
    configurable: true,
    get: () => undefined,
    set: (wanted: unknown) => {
      warn({ code: "W_LIMIT_NOT_TAKEN", detail: `server.maxConnections = ${String(wanted)}` });
    },
  });
};

const headersTimeoutMs = 30_000;

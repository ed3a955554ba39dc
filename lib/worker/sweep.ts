import { leave, observe, unsentTo } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Lane } from "./lane.ts";
import { expiredSocketsOf } from "./node-http.ts";

/**
 * Once a second: closes connections on which nothing moved for the idle time, those whose client reads no more, and TLS
 * handshakes that do not end; under
 * pressure the longest idle ones first. It goes on through a drain, where Node stops looking (TRAPS 22).
 */
export const createSweep = ({ lane, idleTimeoutMs, handshakeTimeoutMs, now }: SweepDependencies): Sweep => {
  let held = 0;
  return {
    idleTimeoutMs,
    press: (heldClients) => {
      held = heldClients;
    },
    run: () => {
      const atMs = now();
      for (const connection of lane.connections()) {
        observe(connection, atMs);
        const { secure, socket, raw, openedAtMs } = connection;
        if (secure && socket === raw && atMs - openedAtMs >= handshakeTimeoutMs) raw.destroy();
        if (unsentTo(connection) === 0) connection.takenAtMs = atMs;
        else if (atMs - connection.takenAtMs >= noProgressMs) connection.socket.destroy();
      }
      const idle = lane.idle().toSorted((a, b) => a.movedAtMs - b.movedAtMs);
      const idleMs = ({ movedAtMs }: Connection): number => atMs - movedAtMs;
      const spare = idle.filter((connection) => idleMs(connection) >= pressedIdleMs).slice(0, held);
      const old = idle.filter((connection) => idleMs(connection) >= idleTimeoutMs);
      for (const connection of new Set([...spare, ...old])) leave(connection);
      for (const server of lane.servers()) {
        if (server.listening) continue;
        for (const socket of expiredSocketsOf(server)) if (socket.bytesRead > 0) socket.destroy();
      }
    },
  };
};

export interface Sweep {
  readonly idleTimeoutMs: number;
  press(heldClients: number): void;
  run(): void;
}

interface SweepDependencies {
  readonly lane: Lane;
  readonly idleTimeoutMs: number;
  /** A client that speaks TLS has said hello, and all the rest of it, by then. */
  readonly handshakeTimeoutMs: number;
  readonly now: () => number;
}

/** CONTRACT section 7: while clients are held, connections idle for this long make room. */
const pressedIdleMs = 5_000;
/** CONTRACT section 7: no write progress while data waits. */
const noProgressMs = 60_000;

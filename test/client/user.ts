import { setTimeout as pause } from "node:timers/promises";
import { isNoAnswer, openConnection, requestOnce, type ClientConnection } from "./connection.ts";
import { whoAnswered } from "./name-card.ts";
import type { Outcome } from "./outcome.ts";

/** Sends requests one after another until `stopped`, with time to think between them, and tells of each. */
export type User = (options: UserOptions) => Promise<void>;

export interface UserOptions {
  readonly port: number;
  /** Over TLS. */
  readonly secure?: boolean;
  /** Path of the next request. */
  readonly nextPath: () => string;
  readonly thinkMs: number;
  /** From 0 up to 1: spreads the times to think. */
  readonly random: () => number;
  readonly stopped: AbortSignal;
  /**
   * `heldBy`: the worker that gave the last answer on the same connection, if there was one. `localPort`: of the
   * connection, where the user keeps one.
   */
  readonly tell: (path: string, outcome: Outcome, heldBy: number | null, localPort?: number | null) => void;
}

/**
 * Keeps its connection as a browser does. A connection that was closed while idle is opened anew and is no failure; a
 * request written on a connection that is then closed without an answer is one.
 */
export const keepAliveUser: User = async ({ port, secure = false, nextPath, thinkMs, random, stopped, tell }) => {
  let connection: ClientConnection | null = null;
  let heldBy: number | null = null;
  while (!stopped.aborted) {
    const path = nextPath();
    if (connection === null || !connection.usable()) {
      const opened = await openConnection(port, { secure });
      if (isNoAnswer(opened)) {
        tell(path, opened, null);
        await pause(spread(thinkMs, random));
        continue;
      }
      connection = opened;
      heldBy = null;
    }
    const outcome = await connection.request(path);
    tell(path, outcome, heldBy, connection.localPort);
    heldBy = whoAnswered(outcome)?.pid ?? null;
    await pause(spread(thinkMs, random));
  }
  connection?.close();
};

/** Opens a connection for every request and asks to have it closed. */
export const oneShotUser: User = async ({ port, secure = false, nextPath, thinkMs, random, stopped, tell }) => {
  while (!stopped.aborted) {
    const path = nextPath();
    tell(path, await requestOnce(port, path, { secure }), null);
    await pause(spread(thinkMs, random));
  }
};

/** Between half and one and a half, so that users do not march in step. */
export const spread = (thinkMs: number, random: () => number): number => thinkMs * (0.5 + random());

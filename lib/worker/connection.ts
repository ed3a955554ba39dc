import type { Socket } from "node:net";
import type { HttpSocket } from "./node-http.ts";
import { takenBytes } from "./node-http.ts";

/** One client connection that the door handed to this worker. Times are of `performance.now()`. */
export interface Connection {
  /** The master's number for it. */
  readonly id: number;
  readonly socket: HttpSocket;
  /** How long the door held it; its first request has spent that much of its wait budget. */
  heldMs: number;
  upgraded: boolean;
  /** Upgraded to a WebSocket. */
  webSocket: boolean;
  /** Its handle went back to the door: its end is not ours to report. */
  returned: boolean;
  /** When a byte last moved in either direction, and how many had. */
  movedAtMs: number;
  movedBytes: number;
  /** When the client last took a byte of what waits for it, and how many it had taken. */
  takenAtMs: number;
  taken: number;
}

/** The connection a socket belongs to; undefined for one that did not come from the door. */
export const connectionOf = (socket: Socket): Connection | undefined => (socket as WithConnection)[kConnection];

export const bindConnection = (connection: Connection): void => {
  (connection.socket as WithConnection)[kConnection] = connection;
};

/** Brings the two "last moved" times up to date. */
export const observe = (connection: Connection, atMs: number): void => {
  const taken = takenBytes(connection.socket);
  const moved = connection.socket.bytesRead + taken;
  if (moved !== connection.movedBytes) {
    connection.movedBytes = moved;
    connection.movedAtMs = atMs;
  }
  if (taken !== connection.taken) {
    connection.taken = taken;
    connection.takenAtMs = atMs;
  }
};

const kConnection = Symbol("dashd.connection");

type WithConnection = Socket & { [kConnection]?: Connection };

import type { Socket } from "node:net";
import type { Http2Link } from "./http2-link.ts";
import type { HttpSocket } from "./node-http.ts";
import { takenBytes, unsentBytes } from "./node-http.ts";

/** One client connection that the door handed to this worker. Times are of `performance.now()`. */
export interface Connection {
  /** The master's number for it. */
  readonly id: number;
  /** TCP's; its counts are of the bytes on the wire. */
  readonly raw: HttpSocket;
  /** Where requests come through: the same, or once its handshake is done the TLS socket over it. */
  socket: HttpSocket;
  /** It speaks TLS: it can never be handed back (TRAPS 36). */
  readonly secure: boolean;
  /** It speaks HTTP/2. */
  http2: Http2Link | null;
  readonly openedAtMs: number;
  /** How long the door held it; its first request has spent that much of its wait budget. */
  heldMs: number;
  upgraded: boolean;
  /** Upgraded to a WebSocket. */
  webSocket: boolean;
  /** Its handle went back to the door: its end is not ours to report. */
  returned: boolean;
  /** It was idle and told to go. */
  leaving: boolean;
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

/** Bytes that wait for the client to read. */
export const unsentTo = ({ raw, socket, http2 }: Connection): number =>
  unsentBytes(raw) + (socket === raw ? 0 : unsentBytes(socket)) + (http2?.unsentBytes() ?? 0);

/** Closes an idle one, in the words of what it speaks; one of TLS that is still there when asked again is destroyed. */
export const leave = (connection: Connection): void => {
  const { socket, secure, http2 } = connection;
  if (http2 !== null) http2.goAway();
  else if (connection.leaving || !secure) socket.destroy();
  else socket.destroySoon();
  connection.leaving = true;
};

/** Brings the two "last moved" times up to date. */
export const observe = (connection: Connection, atMs: number): void => {
  const taken = takenBytes(connection.raw);
  const moved = connection.raw.bytesRead + taken;
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

import type { Server } from "node:http";
import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { Arrival } from "../protocol/worker-messages.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { bindConnection, connectionOf } from "./connection.ts";
import { createHttp2Link } from "./http2-link.ts";
import type { HttpSocket, RawHandle } from "./node-http.ts";
import { idleSocketsOf, parentOf } from "./node-http.ts";
import type { StandIn } from "./stand-in.ts";

/** The way of connections: from the door into the http server, and their end back to the master. */
export interface Lane {
  /** The server that gets what comes from now on. */
  attach(server: Server, standIn: StandIn): void;
  /** The program closed its server: what still comes waits, unacknowledged, for the next. */
  detach(server: Server): void;
  receive(arrival: Arrival, handle: RawHandle): void;
  /** Told by the front for every socket that a server was given; `secure`: TLS comes first. */
  opened(socket: Socket, secure: boolean): void;
  /** The handshake of one of them is done: its requests come through this socket over it. */
  secured(socket: Socket): void;
  /** One of them speaks HTTP/2. */
  speaksHttp2(session: ServerHttp2Session): void;
  count(): number;
  connections(): Iterable<Connection>;
  /** Those that a client could leave at once without losing anything, longest idle not first. */
  idle(): readonly Connection[];
  servers(): Iterable<Server>;
  /** Its handle goes back to the door: no longer one of ours. */
  giveUp(connection: Connection): void;
  /** Reports its end to the master when the socket cannot. */
  reportClosed(id: number): void;
  /** Clients are held at the door: it hears of every free place at once. */
  reportAllClosed(): void;
  onGone(listener: () => void): void;
}

export const createLane = ({ channel, now }: LaneDependencies): Lane => {
  const connections = new Set<Connection>();
  const servers = new Set<Server>();
  const waiting: { readonly arrival: Arrival; readonly handle: RawHandle }[] = [];
  const goneListeners: (() => void)[] = [];
  let current: { readonly server: Server; readonly standIn: StandIn } | null = null;
  let arriving: Arrival | null = null;
  let closedIds: number[] = [];
  let later: NodeJS.Timeout | null = null;
  let crowded = false;

  const takeClosed = (): readonly number[] => {
    if (closedIds.length === 0) return noIds;
    const ids = closedIds;
    closedIds = [];
    return ids;
  };
  const flushClosed = (): void => {
    if (closedIds.length > 0) channel.send({ type: "closed", ids: takeClosed() });
  };
  /** While there are places enough, it rides along with the next acknowledgement: a message less per connection. */
  const reportClosed = (id: number): void => {
    closedIds.push(id);
    if (crowded || closedIds.length >= mostUntold) setImmediate(flushClosed);
    // Pushed away by each end: a busy worker is not woken for it.
    else if (later === null) later = setTimeout(flushClosed, closedWithinMs).unref();
    else later.refresh();
  };

  function onSocketClose(this: Socket): void {
    const connection = connectionOf(this);
    if (connection === undefined || connection.returned) return;
    connections.delete(connection);
    reportClosed(connection.id);
    for (const listener of goneListeners) listener();
  }

  const feed = (arrival: Arrival, handle: RawHandle): void => {
    if (current === null) {
      waiting.push({ arrival, handle });
      return;
    }
    // A socket that came back to the door may still be set to read (TRAPS 36).
    if (arrival.returned) handle.readStop();
    crowded = arrival.crowded;
    channel.send({ type: "accepted", id: arrival.id, closed: takeClosed() });
    arriving = arrival;
    try {
      current.standIn.onconnection?.(0, handle);
    } finally {
      // Still there: the server dropped it without making a socket (its own maxConnections).
      if (arriving !== null) reportClosed(arrival.id);
      arriving = null;
    }
  };

  return {
    attach: (server, standIn) => {
      servers.add(server);
      current = { server, standIn };
      // Node's listen set-up puts `onconnection` on the stand-in after this, in the same turn.
      if (waiting.length > 0) setImmediate(() => waiting.splice(0).forEach((one) => feed(one.arrival, one.handle)));
    },
    detach: (server) => {
      if (current?.server === server) current = null;
    },
    receive: feed,
    opened: (socket, secure) => {
      if (arriving === null) {
        // The app took no part in an upgrade and reads the connection as one of requests again.
        const known = connectionOf(socket);
        if (known !== undefined) known.upgraded = false;
        return;
      }
      const atMs = now();
      const connection: Connection = {
        id: arriving.id,
        raw: socket as HttpSocket,
        socket: socket as HttpSocket,
        secure,
        http2: null,
        openedAtMs: atMs,
        heldMs: arriving.returned ? 0 : Math.max(0, monotonicMs() - arriving.acceptedAtMs),
        upgraded: false,
        webSocket: false,
        returned: false,
        leaving: false,
        movedAtMs: atMs,
        movedBytes: 0,
        takenAtMs: atMs,
        taken: 0,
      };
      arriving = null;
      bindConnection(connection);
      connections.add(connection);
      socket.on("close", onSocketClose);
    },
    secured: (socket) => {
      const connection = connectionOf(parentOf(socket));
      if (connection === undefined) return;
      connection.socket = socket as HttpSocket;
      bindConnection(connection);
    },
    speaksHttp2: (session) => {
      const connection = connectionOf(session.socket);
      if (connection !== undefined) connection.http2 = createHttp2Link(session);
    },
    count: () => connections.size,
    connections: () => connections,
    idle: () => {
      const quiet = new Set<Socket>();
      for (const server of servers) for (const socket of idleSocketsOf(server)) quiet.add(socket);
      return [...connections].filter(({ socket, upgraded, http2 }) => {
        if (upgraded || socket.destroyed) return false;
        return http2 === null ? quiet.has(socket) || socket.bytesRead === 0 : http2.open() === 0;
      });
    },
    servers: () => servers,
    giveUp: (connection) => {
      connection.returned = true;
      connections.delete(connection);
    },
    reportClosed,
    reportAllClosed: () => {
      crowded = true;
      flushClosed();
    },
    onGone: (listener) => {
      goneListeners.push(listener);
    },
  };
};

interface LaneDependencies {
  readonly channel: Channel;
  readonly now: () => number;
}

const noIds: readonly number[] = [];
/** Longer than the next client of a busy worker takes to come, and too short for an eye on status. */
const closedWithinMs = 50;
const mostUntold = 8;

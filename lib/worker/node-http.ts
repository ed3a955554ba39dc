import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * The parts of Node's http server that have no public name, in one place; pinned by tests on 20, 22 and 24 (TRAPS 41).
 */
export interface RawHandle {
  onread: unknown;
  readonly writeQueueSize?: number;
  readStop(): number;
  readStart(): number;
  close(done?: () => void): void;
}

export interface HttpSocket extends Socket {
  _handle: RawHandle | null;
  /** The answer being written; null between requests. */
  readonly _httpMessage?: ServerResponse | null;
  readonly _bytesDispatched?: number;
  parser?: HttpParser | null;
  readonly server?: Server;
}

interface HttpParser {
  _consumed: boolean;
  readonly socket: HttpSocket | null;
  readonly incoming: IncomingMessage | null;
  unconsume(): void;
}

interface ConnectionsList {
  /** Parsers between two messages; those with half a request are not among them. */
  idle(): readonly HttpParser[];
  /** Parsers whose headers or whose request took too long; each is told once. */
  expired(headersTimeoutMs: number, requestTimeoutMs: number): readonly HttpParser[];
}

/** Sockets of the server with no half-parsed request and no answer to write. Empty before it listens. */
export const idleSocketsOf = (server: Server): Set<Socket> => {
  const sockets = new Set<Socket>();
  for (const { socket } of connectionsOf(server)?.idle() ?? []) {
    if (socket !== null && isQuiet(socket)) sockets.add(socket);
  }
  return sockets;
};

/** Sockets whose request did not arrive in time, for a server that no longer looks itself (after `close()`). */
export const expiredSocketsOf = (server: Server): readonly Socket[] =>
  (connectionsOf(server)?.expired(server.headersTimeout, server.requestTimeout) ?? []).flatMap(({ socket }) =>
    socket === null ? [] : [socket],
  );

/** The TCP socket under a TLS socket. */
export const parentOf = (socket: Socket): Socket => (socket as { readonly _parent?: Socket })._parent ?? socket;

/** Bytes that wait for the client to read. */
export const unsentBytes = (socket: HttpSocket): number =>
  socket.writableLength + (socket._handle?.writeQueueSize ?? 0);

/** Bytes the system took for this client so far. */
export const takenBytes = (socket: HttpSocket): number =>
  (socket._bytesDispatched ?? 0) - (socket._handle?.writeQueueSize ?? 0);

/**
 * Takes the raw handle out of a quiet socket, as child_process does when it sends one: no event of it reaches the http
 * server any more, and the server counts the connection as gone. Null when the socket has none.
 */
export const detachHandle = (socket: HttpSocket): RawHandle | null => {
  const handle = socket._handle;
  if (handle === null) return null;
  handle.readStop();
  const parser = socket.parser;
  if (parser?._consumed) {
    parser.unconsume();
    parser._consumed = false;
  }
  handle.onread = nothing;
  socket.setTimeout(0);
  socket._handle = null;
  socket.destroy();
  return handle;
};

const nothing = (): void => {};

const isQuiet = (socket: HttpSocket): boolean => !socket._httpMessage && unsentBytes(socket) === 0;

const connectionsOf = (server: Server): ConnectionsList | undefined => {
  const symbol = Object.getOwnPropertySymbols(server).find((one) => one.description === "http.server.connections");
  return symbol === undefined ? undefined : (server as unknown as Record<symbol, ConnectionsList>)[symbol];
};

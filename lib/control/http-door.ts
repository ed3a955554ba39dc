import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";

/** An http server that cannot be filled, stalled or held open by its clients. Listening is up to the caller. */
export interface HttpDoor {
  readonly server: Server;
  /** Takes no new client, ends idle ones at once and the others within {@link DoorLimits.closeGraceMs}. */
  close(): Promise<void>;
}

export interface DoorLimits {
  readonly maxConnections: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly closeGraceMs: number;
}

const defaultDoorLimits: DoorLimits = {
  maxConnections: 256,
  // On a host so busy that the master itself is late, a short one would cut clients whose bytes are there already.
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 2000,
  closeGraceMs: 300,
};

export const createHttpDoor = (listener: RequestListener, limits: DoorLimits = defaultDoorLimits): HttpDoor => {
  /** Open requests of each socket; in order of last use, the longest idle first. */
  const sockets = new Map<Socket, number>();
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      // Node enforces the two above only this often (TRAPS 6).
      connectionsCheckingInterval: 500,
      maxHeaderSize: 8192,
    },
    (request, response) => {
      const { socket } = request;
      touch(socket, 1);
      response.once("close", () => touch(socket, -1));
      listener(request, response);
    },
  );

  const touch = (socket: Socket, change: number): void => {
    const open = sockets.get(socket);
    if (open === undefined) return;
    sockets.delete(socket);
    sockets.set(socket, open + change);
  };
  const evict = (newest: Socket): void => {
    for (const [socket, open] of sockets) {
      if (open > 0) continue;
      socket.destroy();
      return;
    }
    newest.destroy();
  };

  server.on("connection", (socket) => {
    sockets.set(socket, 0);
    socket.once("close", () => sockets.delete(socket));
    if (sockets.size > limits.maxConnections) evict(socket);
  });
  // An accept that failed (no descriptor left) is an 'error' too: it must not end the master.
  server.on("error", () => undefined);
  server.on("clientError", (error, socket) => refuseRubbish(error, socket as Socket));
  server.on("connect", (_request, socket) => refuseRubbish(new Error("CONNECT"), socket as Socket));

  return {
    server,
    close: () =>
      new Promise((resolve) => {
        const end = (which: (open: number) => boolean): void => {
          for (const [socket, open] of sockets) if (which(open)) socket.destroy();
        };
        const grace = setTimeout(() => end(() => true), limits.closeGraceMs);
        server.close(() => {
          clearTimeout(grace);
          resolve();
        });
        end((open) => open === 0);
      }),
  };
};

/** Bytes that are no HTTP: one polite line, and the socket goes even if the client never reads it. */
const refuseRubbish = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const line = error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "408 Request Timeout" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  setTimeout(() => socket.destroy(), 500).unref();
};

import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";

/** An http server that cannot be filled, stalled or held open by its clients. Listening is up to the caller. */
export interface HttpDoor {
  readonly server: Server;
  /** New clients get this certificate; does nothing where the door speaks plain HTTP. */
  renewTls(files: DoorTls): void;
  /** Takes no new client, ends idle ones at once and the others within {@link DoorLimits.closeGraceMs}. */
  close(): Promise<void>;
}

/** PEM, found to fit together. */
export interface DoorTls {
  readonly cert: string;
  readonly key: string;
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

export const createHttpDoor = async (
  listener: RequestListener,
  { tls = null, limits = defaultDoorLimits }: HttpDoorOptions = {},
): Promise<HttpDoor> => {
  /** Open requests of each socket; in order of last use, the longest idle first. */
  const sockets = new Map<Socket, number>();
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Node enforces the two above only this often (TRAPS 6).
    connectionsCheckingInterval: 500,
    maxHeaderSize: 8192,
  };
  const listen: RequestListener = (request, response) => {
    const { socket } = request;
    touch(socket, 1);
    response.once("close", () => touch(socket, -1));
    listener(request, response);
  };
  const secure = tls === null ? null : await secureServer({ ...options, ...tls }, listen, limits);
  const server: Server = secure?.server ?? createServer(options, listen);

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

  // Under TLS its requests name the secured socket, not the one below it.
  server.on(secure === null ? "connection" : "secureConnection", (socket: Socket) => {
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
    renewTls: (files) => secure?.server.setSecureContext(files),
    close: () =>
      new Promise((resolve) => {
        const end = (which: (open: number) => boolean): void => {
          for (const [socket, open] of sockets) if (which(open)) socket.destroy();
        };
        const grace = setTimeout(() => {
          end(() => true);
          secure?.endAll();
        }, limits.closeGraceMs);
        server.close(() => {
          clearTimeout(grace);
          resolve();
        });
        end((open) => open === 0);
      }),
  };
};

/** Sockets in the middle of a handshake are in no list but its own; it ends the oldest of far too many. */
const secureServer = async (
  options: Parameters<typeof createServer>[0] & DoorTls,
  listener: RequestListener,
  limits: DoorLimits,
) => {
  const { createServer: createSecureServer } = await import("node:https");
  const server = createSecureServer({ ...options, handshakeTimeout: limits.headersTimeoutMs }, listener);
  const below = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    below.add(socket);
    socket.once("close", () => below.delete(socket));
    const [oldest] = below;
    if (below.size > 2 * limits.maxConnections) oldest?.destroy();
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  const endAll = (): void => {
    for (const socket of below) socket.destroy();
  };
  return { server, endAll };
};

interface HttpDoorOptions {
  readonly tls?: DoorTls | null;
  readonly limits?: DoorLimits;
}

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

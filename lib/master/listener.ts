import { createServer } from "node:net";
import { DashdError } from "../errors.ts";
import { isRawHandle, type RawHandle } from "../protocol/raw-handle.ts";

/** The service's listening socket. It belongs to the master for the whole life of the instance. */
export interface Listener {
  /** As asked for; of a socket that was handed over, the address it is bound to. */
  readonly host: string;
  readonly port: number;
  /** No new client from now on; those already accepted are not touched. */
  close(): void;
}

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** A socket that is bound already and may have clients waiting (socket activation); null: opened here. */
  readonly fd: number | null;
  readonly accepted: (handle: RawHandle) => void;
  /** The kernel could not accept (EMFILE and the like): the client saw nothing. */
  readonly failed: (errno: number) => void;
  readonly ownerOf: (port: number) => string | null;
}

/**
 * Listens and gives every client as a bare, unread handle.
 *
 * The bare handle is taken at the listener's own `onconnection`, as node:cluster's round robin does: 0.99 of its speed,
 * where `pauseOnConnect` sockets ran at 0.89 (TRAPS 2).
 */
export const listen = (options: ListenerOptions): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    const { host, port, fd } = options;
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, options)));
    server.listen({ ...(fd === null ? { host, port } : { fd }), backlog: kernelBacklog }, () => {
      const handle = listeningHandleOf(server);
      if (handle === null) {
        server.close();
        reject(new DashdError("E_INTERNAL", { message: "this Node version keeps its listening handle elsewhere" }));
        return;
      }
      const bound = server.address();
      if (bound === null || typeof bound === "string") {
        server.close();
        reject(new DashdError("E_LISTEN_FDS", { found: bound ?? "" }));
        return;
      }
      handle.onconnection = (errno, client) => {
        if (isRawHandle(client)) options.accepted(client);
        else options.failed(errno);
      };
      resolve({
        host: fd === null ? host : bound.address,
        port: bound.port,
        close: () => void server.close(),
      });
    });
  });

/** Bounded by net.core.somaxconn; the door takes clients out at once, so this only covers a busy moment. */
const kernelBacklog = 4096;

interface ListeningHandle {
  onconnection: (errno: number, client: unknown) => void;
}

const listeningHandleOf = (server: object): ListeningHandle | null => {
  const handle: unknown = Reflect.get(server, "_handle");
  return typeof handle === "object" && handle !== null && "onconnection" in handle ? (handle as ListeningHandle) : null;
};

const explain = (error: NodeJS.ErrnoException, { host, port, fd, ownerOf }: ListenerOptions): DashdError => {
  if (fd !== null) return new DashdError("E_LISTEN_FDS", { found: error.code ?? error.message }, { cause: error });
  switch (error.code) {
    case "EADDRINUSE":
      return new DashdError(
        "E_PORT_IN_USE",
        { host, port, owner: ownerOf(port) },
        { hint: "dashd start --port 0", cause: error },
      );
    case "EACCES":
      return new DashdError("E_PORT_DENIED", { host, port }, { hint: "dashd start --port 8050", cause: error });
    default:
      return new DashdError("E_ADDRESS", { host, port, found: error.code ?? error.message }, { cause: error });
  }
};

import type { Server } from "node:http";
import type { Connection } from "./connection.ts";

/**
 * The very end: http-terminator closes each server, having been told the sockets that are still open (it counts only those
 * that it saw connect). Loaded only here, where start-up does not pay for it.
 */
export const closeServers = async (servers: Iterable<Server>, connections: Iterable<Connection>): Promise<void> => {
  const open = [...connections];
  const loaded = await import("http-terminator").catch(() => null);
  if (loaded === null) {
    // No descriptor is left to load it with, and the process is about to end.
    for (const { socket } of open) socket.destroy();
    return;
  }
  const { createHttpTerminator } = loaded;
  const closing = [...servers].map(async (server) => {
    const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: terminationMs });
    const count = server.listeners("connection").at(-1);
    for (const { socket } of open) if (socket.server === server) count?.call(server, socket);
    // A server that the program closed itself is closed already.
    await terminator.terminate().catch(() => undefined);
  });
  await Promise.race([Promise.all(closing), deadline()]);
};

const deadline = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, terminationMs + 500).unref();
  });

/** Nothing should be left by now. */
const terminationMs = 500;

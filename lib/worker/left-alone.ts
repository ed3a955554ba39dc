import type { Server } from "node:net";
import type { AppWarning } from "../protocol/worker-messages.ts";
import { isHttpServer } from "./server-kind.ts";
import type { ListenQuery } from "./stand-in.ts";

/**
 * A server that is not adopted stays as Node makes it: any one worker answers on its port, outside dashd's limits, and its
 * connections end with that worker. One on a port that nobody named is the program's own affair; one that is gone in a
 * moment only asked whether its port is free.
 */
export const warnOfServerLeftAlone = (
  server: Server,
  query: ListenQuery,
  warn: (warning: AppWarning) => void,
): void => {
  const { address, port } = query;
  const isRaw = !isHttpServer(server);
  if (isRaw && port === 0) return;
  const tell = (): void => {
    if (!server.listening) return;
    const bound = server.address();
    const where = port === -1 ? address : port || (typeof bound === "object" ? bound?.port : null);
    warn({ code: "W_SERVER_LEFT_ALONE", detail: String(where) });
  };
  server.once("listening", () => (isRaw ? setTimeout(tell, settledMs).unref() : setImmediate(tell)));
};

const settledMs = 500;

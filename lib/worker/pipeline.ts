import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpSocket } from "./node-http.ts";

/**
 * Requests pipelined on one connection are begun one after another, each when the answer before it is over, as their
 * answers must follow each other anyway (RFC 9112, 9.3.2). So one connection never takes more than one slot, others do not
 * wait behind its thousands (TRAPS 23), and of a client that goes away nothing is left: Node never tells the end of an
 * answer whose turn had not come.
 */
export const inTurn = (req: IncomingMessage, res: ServerResponse, begin: () => void): void => {
  const socket = req.socket as PipelinedSocket;
  const current = socket._httpMessage;
  // Node gives the connection to the answer whose turn it is before it tells of the request.
  if (!current || current === res) {
    begin();
    return;
  }
  const waiting = (socket[kWaiting] ?? 0) + 1;
  socket[kWaiting] = waiting;
  if (waiting === mostWaiting) socket._handle?.readStop();
  keepOpen(current);
  res.once("socket", () => {
    // The one before is told over in this turn, and leaves its slot.
    process.nextTick(() => {
      const left = (socket[kWaiting] ?? 1) - 1;
      socket[kWaiting] = left;
      if (left === mostWaiting / 2) socket._handle?.readStart();
      if (!socket.destroyed) begin();
    });
  });
};

/**
 * `Connection: close`, unless another answer follows on the same connection: Node ends it behind this one, and the others
 * would never be answered (RFC 9112, 9.6).
 */
export const askToClose = (req: IncomingMessage, res: ServerResponse): void => {
  if (!res.shouldKeepAlive || res.headersSent || ((req.socket as PipelinedSocket)[kWaiting] ?? 0) > 0) return;
  res.shouldKeepAlive = false;
  (res as AskedResponse)[kAsked] = true;
};

const keepOpen = (current: AskedResponse): void => {
  if (current[kAsked] === true && !current.headersSent) current.shouldKeepAlive = true;
};

const kWaiting = Symbol("dashd.pipelined");
const kAsked = Symbol("dashd.askedToClose");

type PipelinedSocket = HttpSocket & { [kWaiting]?: number };
type AskedResponse = ServerResponse & { [kAsked]?: boolean };

/** From here on nothing more is read of the connection until half of them had their turn. */
const mostWaiting = 256;

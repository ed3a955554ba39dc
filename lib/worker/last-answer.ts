import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Only the last answer of a connection may say `Connection: close`: Node ends the connection behind it, and what was
 * pipelined after it would never be answered (RFC 9112, 9.3.2 and 9.6).
 */
export const noteRequest = (req: IncomingMessage, res: ServerResponse): void => {
  const socket = req.socket as WithLast;
  const before = socket[kLast];
  socket[kLast] = res;
  if (before === undefined || (before as WithAsked)[kAsked] !== true || before.headersSent) return;
  before.shouldKeepAlive = true;
  askToClose(req, res);
};

/** Does nothing while another answer follows on the same connection. */
export const askToClose = (req: IncomingMessage, res: ServerResponse): void => {
  if (!res.shouldKeepAlive || res.headersSent || (req.socket as WithLast)[kLast] !== res) return;
  res.shouldKeepAlive = false;
  (res as WithAsked)[kAsked] = true;
};

const kLast = Symbol("dashd.lastAnswer");
const kAsked = Symbol("dashd.askedToClose");

type WithLast = Socket & { [kLast]?: ServerResponse };
type WithAsked = ServerResponse & { [kAsked]?: boolean };

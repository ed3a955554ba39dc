import type { IncomingMessage, ServerResponse } from "node:http";
import { bytesOnStream, streamOf } from "./http2-stream.ts";

/** One request on its way through admission and time-out. Times are of `performance.now()`. */
export interface Visit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly arrivedAtMs: number;
  /** Where its wait budget began: its arrival, less what its connection was held at the door. */
  readonly waitFromMs: number;
  /** Bytes its connection had sent before this answer; 0 over HTTP/2, where its stream counts for itself. */
  readonly bytesBefore: number;
  /** When it got its request slot. */
  slotAtMs: number;
  state: VisitState;
  /** Where its slot is among those in use. */
  place: number;
}

/** `streaming`: it left its slot and its time-out; what is still to be sent goes on. */
export type VisitState = "arrived" | "queued" | "running" | "streaming" | "over";

export type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/** Bytes handed to the system for this request's connection so far; a plain field, unlike `socket.bytesWritten`. */
export const bytesSent = (req: IncomingMessage): number => {
  const stream = streamOf(req);
  if (stream !== null) return bytesOnStream(stream);
  return (req.socket as { readonly _bytesDispatched?: number })._bytesDispatched ?? 0;
};

/**
 * Event streams, answers past their first 64 kB and tunnels (a WebSocket over HTTP/2) no longer hold a request slot
 * (CONTRACT section 7).
 */
export const leavesItsSlot = ({ req, res, bytesBefore }: Visit): boolean =>
  res.headersSent && (bytesSent(req) - bytesBefore > slotBytes || isEventStream(res) || req.method === "CONNECT");

const slotBytes = 64 * 1024;

/** `writeHead(200, headers)` keeps the headers only in the text it made of them. */
export const isEventStream = (res: ServerResponse): boolean => {
  const type = res.getHeader("content-type");
  if (typeof type === "string") return type.startsWith("text/event-stream");
  const text = (res as { readonly _header?: string | null })._header ?? "";
  return /^content-type: *text\/event-stream/im.test(text);
};

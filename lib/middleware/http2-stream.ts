import type { IncomingMessage } from "node:http";
import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";

/** The stream under a request of HTTP/2; null for one of HTTP/1, whatever version its first line names (TRAPS 32). */
export const streamOf = (req: IncomingMessage): ServerHttp2Stream | null =>
  req.httpVersionMajor === 2 ? ((req as { readonly stream?: ServerHttp2Stream }).stream ?? null) : null;

/** Bytes of the answer that were handed to HTTP/2 so far: many streams share the socket, and its count. */
export const bytesOnStream = (stream: ServerHttp2Stream): number => {
  if (!stream.headersSent) return 0;
  // It has no public name.
  const kHandle = Object.getOwnPropertySymbols(stream).find((symbol) => symbol.description === "kHandle");
  if (kHandle === undefined) return 0;
  const handle = (stream as unknown as Record<symbol, { readonly bytesWritten?: number } | undefined>)[kHandle];
  return handle?.bytesWritten ?? 0;
};

/** A whole answer, past whatever the app put over its own objects. */
export const answerOnStream = (
  stream: ServerHttp2Stream,
  status: number,
  headers: OutgoingHttpHeaders,
  text: string,
): void => {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  stream.respond({ ...headers, ":status": status });
  // Where no body may follow (HEAD), it has ended already.
  if (!stream.writableEnded) stream.end(text);
};

/** The client sees that its answer is not whole; other streams of its connection go on. */
export const cutStream = (stream: ServerHttp2Stream): void => stream.close(internalError);

/** INTERNAL_ERROR of RFC 9113, 7. */
const internalError = 2;

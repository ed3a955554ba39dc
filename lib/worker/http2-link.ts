import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";

/** What HTTP/2 adds to a connection: many streams at once, and a way to say goodbye. */
export interface Http2Link {
  opened(stream: ServerHttp2Stream): void;
  /** Streams that are not over. */
  open(): number;
  /** Bytes of answers that wait for the client to read, in streams that it does not let flow. */
  unsentBytes(): number;
  /** The client is asked to take a new connection for what it has not sent yet; what it had sent finishes. */
  goAway(): void;
}

export const createHttp2Link = (session: ServerHttp2Session): Http2Link => {
  const streams = new Set<ServerHttp2Stream>();
  let leaving = false;
  const close = (): void => {
    if (!session.closed && !session.destroyed) session.close();
    setTimeout(cutWhenIdle, closedWithinMs).unref();
  };
  /** A client that does not close its side keeps the socket. */
  const cutWhenIdle = (): void => {
    if (streams.size === 0) session.destroy();
  };
  return {
    opened: (stream) => {
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
    },
    open: () => streams.size,
    unsentBytes: () => [...streams].reduce((sum, { bufferSize }) => sum + bufferSize, 0),
    goAway: () => {
      if (leaving || session.closed || session.destroyed) return;
      leaving = true;
      session.goaway(0, lastOfAll);
      // Its answer comes behind everything that it sent before it heard, however late that is (RFC 9113, 6.8).
      const waiting = setTimeout(close, answersWithinMs).unref();
      session.ping(() => {
        clearTimeout(waiting);
        close();
      });
    },
  };
};

/** "No stream that is on its way is refused": the first of the two words of a graceful end (RFC 9113, 6.8). */
const lastOfAll = 2 ** 31 - 1;
/** One that does not answer pings sends no requests either. */
const answersWithinMs = 3000;
const closedWithinMs = 1000;

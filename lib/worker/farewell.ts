import type { Socket } from "node:net";
import { abortRequest } from "../middleware/request-signal.ts";
import { neutralise } from "../middleware/neutralise.ts";
import { isEventStream } from "../middleware/visit.ts";
import type { AppVisit } from "./app-visit.ts";
import type { Connection } from "./connection.ts";
import { unsentTo } from "./connection.ts";
import type { Front } from "./front.ts";
import type { Lane } from "./lane.ts";
import { takenBytes } from "./node-http.ts";
import { areWholeFrames } from "./whole-frames.ts";

/**
 * Those who would stay for ever: event streams and upgraded connections. Their program may end them when it is told to
 * stop; towards the end of a drain they are told to go, in words that make a browser come back by itself.
 */
export const createFarewell = ({ lane, front }: FarewellDependencies): Farewell => {
  const told = new WeakSet<object>();
  const watched = new WeakSet<Connection>();
  const takenBefore = new WeakMap<Connection, number>();

  const eventStreams = (): readonly AppVisit[] => [...front.gate.streaming()].filter(({ res }) => isEventStream(res));

  /** Between two frames as far as can be seen: nothing waits, and nothing was sent since the last look. */
  const isBetweenFrames = (connection: Connection): boolean => {
    const taken = takenBytes(connection.raw);
    const before = takenBefore.get(connection);
    takenBefore.set(connection, taken);
    return before === taken && unsentTo(connection) === 0;
  };

  const tell = (connection: Connection): void => {
    told.add(connection);
    connection.socket.write(goingAway);
  };

  /** One that is never quiet shows its frames as it writes them: what is written in one turn mostly ends with one. */
  const watch = (connection: Connection): void => {
    if (watched.has(connection)) return;
    watched.add(connection);
    listenToWrites(connection.socket, (bytes) => {
      if (told.has(connection)) return true;
      if (!areWholeFrames(bytes)) return false;
      tell(connection);
      return true;
    });
  };

  return {
    onlyTheyAreLeft: () => {
      if (front.gate.present().length > 0) return false;
      const streams = eventStreams();
      return [...lane.connections()].every((one) => {
        const count = streams.filter(({ connection }) => connection === one).length;
        // One of HTTP/2 may carry several, and other answers beside them.
        return one.upgraded || (count > 0 && count >= (one.http2?.open() ?? 1));
      });
    },
    say: () => {
      for (const { req, res } of eventStreams()) {
        if (told.has(res)) continue;
        told.add(res);
        abortRequest(req, "draining");
        if (!res.writableEnded) res.end();
        // Its program may not have listened, and writes on.
        neutralise(res);
      }
      for (const connection of lane.connections()) {
        if (!connection.webSocket || told.has(connection)) continue;
        if (isBetweenFrames(connection)) tell(connection);
        else watch(connection);
      }
    },
  };
};

export interface Farewell {
  /** No request, idle connection, download or half-sent request is left beside them. */
  onlyTheyAreLeft(): boolean;
  /** Each is told once; to be called again, since a WebSocket is not interrupted in the middle of a frame. */
  say(): void;
}

interface FarewellDependencies {
  readonly lane: Lane;
  readonly front: Pick<Front, "gate">;
}

/** Gives what each turn of the loop wrote, until `heard` has what it wants. */
const listenToWrites = (socket: Socket, heard: (bytes: Buffer) => boolean): void => {
  const { write } = socket;
  let chunks: Buffer[] = [];
  const look = (): void => {
    const bytes = Buffer.concat(chunks);
    chunks = [];
    if (heard(bytes)) socket.write = write;
  };
  socket.write = function (this: Socket, chunk: string | Uint8Array, ...more: readonly unknown[]): boolean {
    if (chunks.length === 0) setImmediate(look);
    chunks.push(Buffer.from(chunk as string, typeof more[0] === "string" ? (more[0] as BufferEncoding) : "utf8"));
    return Reflect.apply(write, this, [chunk, ...more]) as boolean;
  };
};

/** An unmasked close frame, 1001 "going away" (RFC 6455, 5.5.1 and 7.4.1); the client's answer ends it in its program too. */
const goingAway = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

import { abortRequest } from "../middleware/request-signal.ts";
import { neutralise } from "../middleware/neutralise.ts";
import type { Visit } from "../middleware/visit.ts";
import { isEventStream } from "../middleware/visit.ts";
import type { Connection } from "./connection.ts";
import type { Front } from "./front.ts";
import type { Lane } from "./lane.ts";
import { takenBytes, unsentBytes } from "./node-http.ts";

/**
 * Those who would stay for ever: event streams and upgraded connections. Their program may end them when it is told to
 * stop; towards the end of a drain they are told to go, in words that make a browser come back by itself.
 */
export const createFarewell = ({ lane, front }: FarewellDependencies): Farewell => {
  const told = new WeakSet<object>();
  const takenBefore = new WeakMap<Connection, number>();

  const eventStreams = (): readonly Visit[] => [...front.gate.streaming()].filter(({ res }) => isEventStream(res));

  /** Between two frames as far as can be seen: nothing waits, and nothing was sent since the last look. */
  const isBetweenFrames = (connection: Connection): boolean => {
    const taken = takenBytes(connection.socket);
    const before = takenBefore.get(connection);
    takenBefore.set(connection, taken);
    return before === taken && unsentBytes(connection.socket) === 0;
  };

  return {
    onlyTheyAreLeft: () => {
      if (front.gate.present().length > 0) return false;
      const streams = new Set(eventStreams().map(({ req }) => req.socket));
      return [...lane.connections()].every(({ socket, upgraded }) => upgraded || streams.has(socket));
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
        if (!connection.webSocket || told.has(connection) || !isBetweenFrames(connection)) continue;
        told.add(connection);
        connection.socket.write(goingAway);
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

/** An unmasked close frame, 1001 "going away" (RFC 6455, 5.5.1 and 7.4.1); the client's answer ends it in its program too. */
const goingAway = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

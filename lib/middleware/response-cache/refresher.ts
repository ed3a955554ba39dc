import type { Socket } from "node:net";
import type { CacheVisit } from "./flights.ts";
import { InnerSocket, refreshRequest } from "./inner-request.ts";
import type { StoredAnswer } from "./stored-answer.ts";

/** Brings a stale answer up to date behind the back of whoever got it: by a request of our own, in this process. */
export const createRefresher = <V extends CacheVisit>({ connect }: RefresherDependencies<V>): Refresher<V> => {
  const isOwn = new WeakSet<object>();
  return {
    refresh: (visit, found, atMs) => {
      if (found.refreshAtMs > atMs) return true;
      const { encrypted } = visit.req.socket as { readonly encrypted?: boolean };
      const socket = new InnerSocket(refreshRequest(visit.req, found), encrypted === true);
      isOwn.add(socket);
      if (connect(visit, socket)) {
        // One at a time: an app that is slow or hangs is not asked again beside it, until nobody has a slot left.
        found.refreshAtMs = Infinity;
        socket.once("close", () => {
          found.refreshAtMs = atMs + againAfterMs;
        });
        return true;
      }
      socket.destroy();
      return false;
    },
    isOwn: (socket) => socket instanceof InnerSocket && isOwn.has(socket),
  };
};

export interface Refresher<V extends CacheVisit> {
  /** False: this kind of server takes no connection of ours. True: it is being done, or was begun a moment ago. */
  refresh(visit: V, found: StoredAnswer, atMs: number): boolean;
  /** It carries a request of this cache. */
  isOwn(socket: Socket): boolean;
}

export interface RefresherDependencies<V extends CacheVisit> {
  /** Gives a connection of our own to the server that this request came through; false: it takes none. */
  readonly connect: (visit: V, socket: InnerSocket) => boolean;
}

const againAfterMs = 1_000;

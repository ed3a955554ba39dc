import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { Lane } from "./lane.ts";
import type { RawHandle } from "./node-http.ts";
import { detachHandle } from "./node-http.ts";

/**
 * Gives idle keep-alive sockets back to the door, to be placed on another worker: the client notices nothing (TRAPS 36).
 * What speaks TLS or HTTP/2 has a state in this process, and stays.
 * One at a time; a socket leaves its server only when it is its turn, so nothing is lost with this process before.
 */
export const createHandBack = ({ channel, lane, onGone }: HandBackDependencies): HandBack => {
  let onItsWay: { readonly id: number; readonly handle: RawHandle; tries: number } | null = null;
  let left = 0;
  let only: ReadonlySet<number> | null = null;

  const send = (): void => {
    while (onItsWay === null && left > 0) {
      const connection = lane.idle().find((one) => canMove(one) && (only?.has(one.id) ?? true));
      if (connection === undefined) return;
      left--;
      lane.giveUp(connection);
      const handle = detachHandle(connection.socket);
      if (handle === null) {
        lane.reportClosed(connection.id);
        continue;
      }
      onItsWay = { id: connection.id, handle, tries: 1 };
      channel.sendHandle({ type: "returned", id: connection.id }, handle);
    }
  };

  channel.onHandleAck((taken) => {
    if (onItsWay === null) return;
    if (!taken && onItsWay.tries < maxTries) {
      onItsWay.tries++;
      channel.sendHandle({ type: "returned", id: onItsWay.id }, onItsWay.handle);
      return;
    }
    // Our copy goes only now that the master holds its own.
    onItsWay.handle.close();
    if (!taken) lane.reportClosed(onItsWay.id);
    onItsWay = null;
    send();
    if (onItsWay === null) onGone();
  });

  return {
    offer: (most = Number.POSITIVE_INFINITY, which = null) => {
      left = most;
      only = which;
      send();
    },
    left: () => left,
    busy: () => onItsWay !== null,
  };
};

export interface HandBack {
  /** From now on this many, of these; all of them unless said. What is not idle yet goes at a later offer. */
  offer(most?: number, which?: ReadonlySet<number> | null): void;
  /** How many of the last offer are still to go. */
  left(): number;
  /** One is on its way and not yet acknowledged. */
  busy(): boolean;
}

interface HandBackDependencies {
  readonly channel: Channel;
  readonly lane: Lane;
  /** The last one on its way has arrived. */
  readonly onGone: () => void;
}

const canMove = ({ secure, http2 }: Connection): boolean => !secure && http2 === null;

const maxTries = 4;

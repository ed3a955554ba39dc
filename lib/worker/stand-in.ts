import { closeSync, openSync } from "node:fs";
import type { Server } from "node:net";

/**
 * What an adopted server takes for its listening handle (TRAPS 41): Node's own listen set-up runs on it, and raw handles
 * from the door are fed to the `onconnection` that Node puts on it.
 */
export interface StandIn {
  /** Set by Node's listen set-up. */
  onconnection: ((error: number, handle: unknown) => void) | null;
  listen(backlog: number): number;
  /** Missing where the server listens on a path: `address()` then gives that. */
  getsockname?(out: Record<string, unknown>): number;
  /** `listen({ path, readableAll })`. */
  fchmod(): number;
  ref(): void;
  unref(): void;
  close(done?: () => void): void;
}

export const createStandIn = (address: ListenAddress | null, onClose: () => void): StandIn => {
  let open = true;
  return {
    onconnection: null,
    listen: () => 0,
    ...(address !== null && { getsockname: (out: object) => (Object.assign(out, address), 0) }),
    fchmod: () => 0,
    ref: () => {},
    unref: () => {},
    close: (done) => {
      if (done !== undefined) process.nextTick(done);
      if (!open) return;
      open = false;
      onClose();
    },
  };
};

export interface ListenAddress {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
  readonly port: number;
}

/** What Node asks for when a server listens: the port is -1 on a path, null on a descriptor. */
export interface ListenQuery {
  readonly address: string | null;
  readonly port: number | null;
  readonly addressType: number | null;
  readonly fd?: number | undefined;
}

/** Null for a path. `::` when no host was named, as Node would have bound it. */
export const addressOf = (
  { address, port, addressType, fd }: ListenQuery,
  servicePort: number,
): ListenAddress | null => {
  if (fd === undefined && port === -1) return null;
  const family = address !== null && addressType !== 6 ? "IPv4" : "IPv6";
  return { address: address ?? "::", family, port: port || servicePort };
};

/** A program that listens on a path expects a file there, which it may chmod at once (TRAPS 52). */
export const leaveFileBehind = (server: Server, { address, port }: ListenQuery): void => {
  if (port !== -1 || address === null || /^(\0|\\\\[.?]\\pipe\\)/.test(address)) return;
  server.prependOnceListener("listening", () => {
    try {
      closeSync(openSync(address, "a"));
    } catch {
      // A socket of an earlier run is a file too; a folder that is not there shows when the program looks for its file.
    }
  });
};

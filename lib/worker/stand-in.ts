/**
 * What an adopted server takes for its listening handle (TRAPS 41): Node's own listen set-up runs on it, and raw handles
 * from the door are fed to the `onconnection` that Node puts on it.
 */
export interface StandIn {
  /** Set by Node's listen set-up. */
  onconnection: ((error: number, handle: unknown) => void) | null;
  listen(backlog: number): number;
  getsockname(out: Record<string, unknown>): number;
  ref(): void;
  unref(): void;
  close(done?: () => void): void;
}

export const createStandIn = (address: ListenAddress, onClose: () => void): StandIn => {
  let open = true;
  return {
    onconnection: null,
    listen: () => 0,
    getsockname: (out) => {
      Object.assign(out, address);
      return 0;
    },
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

/**
 * The TCP handle under a `net.Socket`, as far as dashd touches it: Node's own cluster hands the same object from process
 * to process. Not a public API; the files that rest on it are `master/listener.ts` and `worker/lane.ts`, pinned by tests.
 */
export interface RawHandle {
  readonly fd: number;
  close(done?: () => void): void;
  readStop(): number;
  getpeername(out: PeerName): number;
}

export interface PeerName {
  address?: string;
  port?: number;
  family?: string;
}

export const isRawHandle = (value: unknown): value is RawHandle =>
  typeof value === "object" && value !== null && "close" in value && "readStop" in value;

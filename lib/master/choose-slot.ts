import type { RawHandle } from "../protocol/raw-handle.ts";

/** A worker that serves, as a client's address sees it. */
export interface SlotCandidate {
  readonly slot: number;
  readonly lateMs: number;
}

/**
 * The worker of the slot where a client's address belongs, late and full ones not excepted: its memory is why the client
 * stays there. Null where nobody serves.
 *
 * Rendezvous hashing: each address has an order of preference of its own over the slots. One that is away moves its own
 * clients only, each to the next in its order, and they are back when it is.
 */
export const chooseSlot = <T extends SlotCandidate>(candidates: readonly T[], key: number): T | null => {
  let best: T | null = null;
  let bestWeight = -1;
  for (const candidate of candidates) {
    const weight = mix(key ^ Math.imul(candidate.slot, golden));
    const isTwin = best?.slot === candidate.slot && candidate.lateMs < best.lateMs;
    if (weight <= bestWeight && !isTwin) continue;
    best = candidate;
    bestWeight = weight;
  }
  return best;
};

/** What the address of the client at the other end hashes to; clients that are gone already share one. */
export const keyOfPeer = (handle: RawHandle): number => {
  const peer: { address?: string } = {};
  return keyOf(handle.getpeername(peer) === 0 ? (peer.address ?? "") : "");
};

/** FNV-1a; an IPv4 address in its IPv6 form is the same client. */
export const keyOf = (address: string): number => {
  const plain = address.startsWith(mapped) ? address.slice(mapped.length) : address;
  let hash = 0x811c9dc5;
  for (let index = 0; index < plain.length; index++) hash = Math.imul(hash ^ plain.charCodeAt(index), 0x01000193);
  return mix(hash);
};

/** The finalizer of MurmurHash3: every bit depends on every bit. */
const mix = (value: number): number => {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const mapped = "::ffff:";
const golden = 0x9e3779b1;

import { readFileSync } from "node:fs";
import { commandOf } from "./command-line.ts";
import { holderOfSocket } from "./socket-holder.ts";

export interface PortOwner {
  readonly pid: number;
  /** What it was started with, shortened, without secrets. */
  readonly command: string;
}

/**
 * Who listens where a listener on `host` would collide. null where that cannot be told: not Linux, nobody there, or a
 * process of another user. For the message of a failed listen only: it looks at every process.
 */
export const whoListens = (port: number, host: string | null = null): PortOwner | null => {
  if (process.platform !== "linux") return null;
  const wanted = host === null ? null : hexOfAddress(host);
  const inodes = new Set(
    [...listeners("/proc/net/tcp"), ...listeners("/proc/net/tcp6")]
      .filter((listener) => listener.port === port && collides(listener.address, wanted))
      .map((listener) => listener.inode),
  );
  const pid = holderOfSocket(inodes);
  return pid === null ? null : { pid, command: commandOf(pid) };
};

interface Listener {
  /** As the kernel prints it: hexadecimal, each 32 bits little-endian. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const listeners = (path: string): readonly Listener[] =>
  linesOf(path).flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    return state === stateOfListener ? [{ address, port: Number.parseInt(port, 16), inode }] : [];
  });

const stateOfListener = "0A";

const linesOf = (path: string): readonly string[] => {
  try {
    return readFileSync(path, "utf8").split("\n").slice(1);
  } catch {
    return [];
  }
};

/** A wildcard on either side collides; so does the same IPv4 address written in IPv6. null: any address. */
const collides = (address: string, wanted: string | null): boolean =>
  wanted === null || isWildcard(wanted) || isWildcard(address) || asV4(address) === asV4(wanted);

const isWildcard = (address: string): boolean => /^0*$/.test(asV4(address));

const asV4 = (address: string): string => (address.startsWith(mappedV4) ? address.slice(mappedV4.length) : address);

/** ::ffff:0:0/96 */
const mappedV4 = "0000000000000000FFFF0000";

/** Only IPv4 and the two short IPv6 addresses are compared; any other spelling could be any address. */
const hexOfAddress = (host: string): string | null => {
  if (host === "::") return "0".repeat(32);
  if (host === "::1") return `${"0".repeat(24)}01000000`;
  const parts = host.split(".").map(Number);
  if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256)) return null;
  return parts
    .reverse()
    .map((part) => part.toString(16).toUpperCase().padStart(2, "0"))
    .join("");
};

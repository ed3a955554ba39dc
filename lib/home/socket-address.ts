import { closeSync, constants, openSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { DashdError } from "../errors.ts";
import { systemCodeOf } from "../system-error.ts";

/** A name for a unix socket that the kernel takes whole. */
export interface ShortSocketPath {
  /** For `listen`, `connect` and `unlink`, in this process only. */
  readonly address: string;
  /** Call after the server or the connection has closed: until then the address needs what it stands on. */
  release(): void;
}

/**
 * Longer names are silently cut by Node 20, and two instances share one socket (TRAPS 26). A name relative to `cwd` is
 * tried next, then on Linux the open folder's own name in /proc. Throws E_HOME where neither helps.
 */
export const shortSocketPath = (path: string, cwd: string = process.cwd()): ShortSocketPath => {
  if (process.platform === "win32" || fits(path)) return standing(path);
  const fromHere = `./${relative(cwd, path)}`;
  if (fits(fromHere)) return standing(fromHere);
  if (process.platform !== "linux") throw tooLong(path);
  return throughOpenFolder(path);
};

/** The same from the process's own working folder, in the words of the control room. */
export const socketAddress = (path: string): { readonly path: string; release(): void } => {
  const { address, release } = shortSocketPath(path);
  return { path: address, release };
};

/** Bytes of `sun_path` less the closing NUL: 108 on Linux, 104 elsewhere. */
export const longestSocketPathBytes = process.platform === "linux" ? 107 : 103;

const fits = (path: string): boolean => Buffer.byteLength(path) <= longestSocketPathBytes;

const standing = (address: string): ShortSocketPath => ({ address, release: () => {} });

const throughOpenFolder = (path: string): ShortSocketPath => {
  const fd = openFolder(path);
  const address = join("/proc/self/fd", String(fd), basename(path));
  let open = true;
  const release = (): void => {
    if (!open) return;
    open = false;
    closeSync(fd);
  };
  if (fits(address)) return { address, release };
  release();
  throw tooLong(path);
};

const openFolder = (path: string): number => {
  try {
    return openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new DashdError("E_HOME", { path: dirname(path), found: systemCodeOf(error) ?? "unknown" }, { cause: error });
  }
};

const tooLong = (path: string): DashdError =>
  new DashdError("E_HOME", {
    path,
    found: "socket-path-too-long",
    bytes: Buffer.byteLength(path),
    expected: longestSocketPathBytes,
  });

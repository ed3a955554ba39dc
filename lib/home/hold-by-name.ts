import { closeSync, openSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { holderOfSocket } from "../host/socket-holder.ts";
import type { Held } from "./hold.ts";
import { shortHash } from "./paths.ts";
import { systemCodeOf } from "../system-error.ts";

/**
 * Holds the home by a name of which the kernel knows only one: an abstract unix socket on Linux, a named pipe on Windows.
 * It goes with the process that holds it, however that ends. null: somebody holds it.
 */
export const holdByName = async (dir: string): Promise<Held | null> => {
  // An open folder keeps its number: an overlay file system may give it a new one after forgetting it.
  const folder = process.platform === "win32" ? null : openSync(dir, "r");
  const free = (): void => {
    if (folder !== null) closeSync(folder);
  };
  try {
    const server = await listen(nameOf(dir));
    return { release: () => close(server).finally(free) };
  } catch (error) {
    free();
    if (systemCodeOf(error) === "EADDRINUSE") return null;
    throw error;
  }
};

/** The pid of the process that holds the name, where /proc tells; null elsewhere. */
export const nameHolder = (dir: string): number | null => {
  if (process.platform !== "linux") return null;
  const name = nameOf(dir).replace("\0", "@");
  const inodes = unixSockets()
    .map((line) => line.trim().split(/\s+/))
    .flatMap((fields) => (fields[7] === name && fields[6] !== undefined ? [fields[6]] : []));
  return holderOfSocket(new Set(inodes));
};

/**
 * The folder's number, not its path: one home may have many paths. Filled up to the full length of a unix socket's name:
 * Node 20 fills shorter ones with NULs and Node 24 does not, so the two would not meet (measured).
 */
const nameOf = (dir: string): string => {
  if (process.platform === "win32") return `\\\\.\\pipe\\dashd-lock-${shortHash(realpathSync(dir).toLowerCase())}`;
  const { dev, ino } = statSync(dir, { bigint: true });
  return `\0${`dashd-lock/${dev}-${ino}/`.padEnd(107, ".")}`;
};

const listen = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen({ path, exclusive: true }, () => {
      // The lock must not keep a process alive that has nothing else to do.
      server.unref();
      server.off("error", reject);
      server.on("error", () => {});
      resolve(server);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

const unixSockets = (): readonly string[] => {
  try {
    return readFileSync("/proc/net/unix", "utf8").split("\n");
  } catch {
    return [];
  }
};

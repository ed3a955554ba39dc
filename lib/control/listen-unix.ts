import { chmod, lstat, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { DashdError } from "../errors.ts";
import { homeError } from "../home/home-error.ts";
import { listenOn } from "./listen-on.ts";

/**
 * Listens on a unix socket only its owner may open.
 *
 * The caller holds the home lock, so a socket file that refuses connections is what a killed master left; anything that
 * is no socket is not ours to remove.
 *
 * @param path where the socket lives, for messages and permissions
 * @param address what the kernel is told: the same, or a short name for a path over 107 bytes (TRAPS 26)
 */
export const listenUnix = async (server: Server, path: string, address: string): Promise<void> => {
  if (process.platform === "win32") return listenOn(server, { path: address });
  await removeStale(path, address);
  // From its first moment: the folder may be open to others' searches (0711 for root).
  const umask = process.umask(0o177);
  const listening = listenOn(server, { path: address });
  process.umask(umask);
  await listening.catch((error: unknown) => {
    throw homeError(path, error);
  });
  await chmod(path, 0o600);
};

const removeStale = async (path: string, address: string): Promise<void> => {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw new DashdError("E_HOME", { path, found: "not-a-socket" });
  const answer = await probe(address);
  if (answer === "gone") return;
  if (answer === "answers") throw new DashdError("E_HOME", { path, found: "socket-answers" });
  await unlink(path);
};

const probeDeadlineMs = 1000;

/** A stopped master neither accepts nor refuses: that counts as an answer. */
const probe = (address: string): Promise<"answers" | "refused" | "gone"> =>
  new Promise((resolve) => {
    const socket = connect({ path: address });
    const done = (answer: "answers" | "refused" | "gone"): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(probeDeadlineMs, () => done("answers"));
    socket.once("connect", () => done("answers"));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      done(error.code === "ECONNREFUSED" ? "refused" : error.code === "ENOENT" ? "gone" : "answers");
    });
  });

import { connect } from "node:net";
import { shortSocketPath } from "./socket-address.ts";
import { systemCodeOf } from "../system-error.ts";

/** Whether some process accepts connections at this unix socket. False after the deadline. */
export const isAnswered = async (path: string, deadlineMs = 500): Promise<boolean> => {
  const { address, release } = shortSocketPath(path);
  try {
    return await new Promise<boolean>((resolve) => {
      const socket = connect(address);
      const end = (answered: boolean): void => {
        socket.destroy();
        resolve(answered);
      };
      socket.setTimeout(deadlineMs, () => end(false));
      socket.once("connect", () => end(true));
      // EAGAIN: somebody listens and is too busy to accept.
      socket.once("error", (error) => end(systemCodeOf(error) === "EAGAIN"));
    });
  } finally {
    release();
  }
};

import type { ListenOptions, Server } from "node:net";

/** Resolves once it listens, rejects with the system's error; leaves no listener behind. */
export const listenOn = (server: Server, where: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      server.off("listening", listening);
      reject(error);
    };
    const listening = (): void => {
      server.off("error", failed);
      resolve();
    };
    server.once("error", failed);
    server.once("listening", listening);
    // The master is the only process that listens; in a cluster primary this keeps it so.
    server.listen({ ...where, exclusive: true });
  });

import { createServer } from "node:net";
import { randomInt } from "node:crypto";

/**
 * A free TCP port of 127.0.0.1 for a server that is stopped and started again: below the range from which the system
 * takes ports for outgoing connections (32768 and up on Linux), so that nobody gets it in between.
 */
export const quietPort = async (): Promise<number> => {
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error("no free port found in fifty tries");
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterwards, type Cleanup } from "../support/afterwards.ts";

/** Stands between a client and a server on 127.0.0.1, and makes the server's answers late. */
export const startProxy = async (t: Cleanup, targetPort: number): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  const server = createServer((client) => {
    const target = connect(targetPort, "127.0.0.1");
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    client.pipe(target);
    client.on("close", () => target.destroy());
    target.on("data", (chunk) => {
      if (delayMs === 0) client.write(chunk);
      else setTimeout(() => client.write(chunk), delayMs);
    });
    target.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  afterwards(t, async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => {
      delayMs = ms;
    },
  };
};

export interface TcpProxy {
  readonly port: number;
  /** What the server says from now on arrives so much later; 0: at once. */
  delay(ms: number): void;
}

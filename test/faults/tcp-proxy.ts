import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterwards, type Cleanup } from "../support/afterwards.ts";

/**
 * Stands between a client and a server on 127.0.0.1, and is a bad network. Without a fault it passes everything on. A
 * fault counts from now on; `cut` and `trickle` for connections that are opened from now on.
 */
export const startProxy = async (t: Cleanup, targetPort: number): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let delayMs = 0;
  let cutAfterBytes = Number.POSITIVE_INFINITY;
  let drip: Drip | null = null;
  let dropped: Dropped = "nothing";

  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };

  /** What the client says, in drips or as it comes. */
  const passOn = (client: Socket, target: Socket): void => {
    const pace = drip;
    let waiting: Buffer = Buffer.alloc(0);
    const send = (): void => {
      if (pace === null || waiting.length === 0) return;
      target.write(waiting.subarray(0, pace.bytes));
      waiting = waiting.subarray(pace.bytes);
      if (waiting.length > 0) later(pace.everyMs, send);
    };
    client.on("data", (chunk) => {
      if (pace === null) return void target.write(chunk);
      const isIdle = waiting.length === 0;
      waiting = Buffer.concat([waiting, chunk]);
      if (isIdle) send();
    });
  };

  const passBack = (client: Socket, target: Socket): void => {
    let left = cutAfterBytes;
    target.on("data", (chunk) => {
      if (dropped === "answers") return;
      const part = chunk.subarray(0, Math.max(0, left));
      left -= chunk.length;
      if (delayMs === 0) client.write(part);
      else later(delayMs, () => client.write(part));
      if (left > 0) return;
      client.resetAndDestroy();
      target.resetAndDestroy();
    });
  };

  const server = createServer((client) => {
    const target = connect(targetPort, "127.0.0.1");
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    passOn(client, target);
    passBack(client, target);
    client.on("close", () => {
      if (dropped !== "ends") target.destroy();
    });
    target.on("close", () => {
      if (dropped !== "answers") client.destroy();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  afterwards(t, async () => {
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => {
      delayMs = ms;
    },
    cut: (afterBytes) => {
      cutAfterBytes = afterBytes ?? Number.POSITIVE_INFINITY;
    },
    trickle: (pace) => {
      drip = pace;
    },
    drop: (what) => {
      dropped = what;
    },
  };
};

export interface TcpProxy {
  readonly port: number;
  /** What the server says from now on arrives so much later; 0: at once. */
  delay(ms: number): void;
  /** Both sides see a reset after so many bytes of the server's; null: never. */
  cut(afterBytes: number | null): void;
  /** What the client says reaches the server in drips; null: as it comes. */
  trickle(pace: Drip | null): void;
  /** Half-open: the server's answers and its end never arrive, or it never hears that its client has gone. */
  drop(what: Dropped): void;
}

export interface Drip {
  readonly bytes: number;
  readonly everyMs: number;
}

export type Dropped = "nothing" | "answers" | "ends";

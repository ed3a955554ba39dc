import type { Socket } from "node:net";
import { connect } from "node:net";

/**
 * Keep-alive users without retries over bare sockets: each sends a request, waits for its complete answer, thinks, sends
 * the next on the same connection; connects anew only where an answer said `Connection: close`.
 */
export const startUsers = ({ port, count, thinkMs, path = "/" }: UserOptions): Users => {
  const counts = { answered: 0, failed: 0, connects: 0 };
  const bodies = new Map<string, number>();
  const failures: string[] = [];
  let stopping = false;

  const live = async (): Promise<void> => {
    let open: Socket | null = null;
    while (!stopping) {
      if (open === null || open.destroyed) {
        counts.connects++;
        open = connect(port, "127.0.0.1");
      }
      const socket = open;
      try {
        const { status, body, close } = await ask(socket, path);
        if (status !== 200) throw new Error(`status ${status}`);
        counts.answered++;
        bodies.set(body, (bodies.get(body) ?? 0) + 1);
        if (close) {
          socket.destroy();
        }
      } catch (error) {
        counts.failed++;
        failures.push(error instanceof Error ? error.message : String(error));
        socket.destroy();
      }
      const pauseMs = thinkMs();
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    open?.destroy();
  };

  const lives = Array.from({ length: count }, live);
  return {
    counts,
    bodies,
    failures,
    stop: async () => {
      stopping = true;
      await Promise.all(lives);
    },
  };
};

export interface Users {
  readonly counts: { answered: number; failed: number; connects: number };
  /** How often each body was answered. */
  readonly bodies: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

interface UserOptions {
  readonly port: number;
  readonly count: number;
  readonly thinkMs: () => number;
  readonly path?: string;
}

const ask = (socket: Socket, path: string): Promise<{ status: number; body: string; close: boolean }> =>
  new Promise((resolve, reject) => {
    let text = "";
    const done = (): void => {
      for (const [event, listener] of listeners) socket.off(event, listener);
    };
    const fail = (why: string): void => {
      done();
      reject(new Error(why));
    };
    const listeners: [string, (given: unknown) => void][] = [
      ["error", (error) => fail(String(error))],
      ["end", () => fail(`ended after ${text.length} bytes`)],
      ["close", () => fail(`closed after ${text.length} bytes`)],
      [
        "data",
        (chunk) => {
          text += String(chunk);
          const head = text.indexOf("\r\n\r\n");
          if (head < 0) return;
          const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? Number.NaN);
          if (!(text.length >= head + 4 + length)) return;
          done();
          resolve({
            status: Number(text.slice(9, 12)),
            body: text.slice(head + 4),
            close: /^connection: *close/im.test(text.slice(0, head)),
          });
        },
      ],
    ];
    for (const [event, listener] of listeners) socket.on(event, listener);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  });

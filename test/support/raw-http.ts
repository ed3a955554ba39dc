import type { Socket } from "node:net";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

/** A client over a bare socket, for what no http client would send or show. */
export const openRaw = (port: number, { secure = false } = {}): RawClient => {
  // The tests' certificates are their own.
  const socket = secure
    ? connectTls({ port, host: "127.0.0.1", servername: "localhost", rejectUnauthorized: false })
    : connect(port, "127.0.0.1");
  let text = "";
  let ended = false;
  const wake: (() => void)[] = [];
  const changed = (): void => {
    for (const one of wake.splice(0)) one();
  };
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    changed();
  });
  socket.on("error", () => undefined);
  const end = (): void => {
    ended = true;
    changed();
  };
  socket.on("end", end).on("close", end);
  return {
    socket,
    text: () => text,
    send: (bytes) => socket.write(bytes),
    get: (path, headers = "") => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`),
    until: async (pattern) => {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) {
          text = text.slice(found.index + found[0].length);
          return found;
        }
        if (ended) throw new Error(`closed before ${String(pattern)}: ${JSON.stringify(text)}`);
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    },
    closed: async () => {
      while (!ended) await new Promise<void>((resolve) => wake.push(resolve));
      return text;
    },
    isOpen: () => !ended,
  };
};

export interface RawClient {
  readonly socket: Socket;
  text(): string;
  send(bytes: string | Buffer): void;
  get(path: string, headers?: string): void;
  /** Waits for it in what has come; what is before and in it is then forgotten. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for the server to end the connection; what it had sent. */
  closed(): Promise<string>;
  isOpen(): boolean;
}

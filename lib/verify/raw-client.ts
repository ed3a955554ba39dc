import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { ownAgents } from "../protocol/own-agents.ts";

/** A client that keeps its connection and tells what becomes of it. It never retries. */
export interface RawClient {
  /** The first answer that has come since it was last asked for something; waits for it. null: closed or too late. */
  answer(withinMs: number): Promise<RawAnswer | null>;
  get(path: string, headers?: Readonly<Record<string, string>>): void;
  send(text: string): void;
  /** Waits for the other side to end the connection; false: it had not within that time. */
  closed(withinMs: number): Promise<boolean>;
  /** An answer has come since it was last asked. */
  isAnswered(): boolean;
  isOpen(): boolean;
  /** It ended by an error: refused, reset. */
  isBroken(): boolean;
  destroy(): void;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** What of the body had come with the head. */
  readonly body: string;
  /** From the question to its first byte. */
  readonly afterMs: number;
}

export interface RawClientOptions {
  /** Another address of 127.0.0.0/8 is another client. */
  readonly from?: string;
}

export const openRawClient = (url: URL, { from }: RawClientOptions = {}): RawClient => {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const port = Number(url.port === "" ? (secure ? 443 : 80) : url.port);
  const to = { host, port, ...(from === undefined ? {} : { localAddress: from }) };
  // Its own service at its own address: whose name the certificate carries is not asked.
  const socket: Socket = secure ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
  let text = "";
  let askedAtMs = performance.now();
  let answeredAtMs = 0;
  let isOpen = true;
  let isBroken = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const one of [...waiting]) one();
  };
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    if (text === "") answeredAtMs = performance.now();
    if (text.length < mostText) text += chunk.toString("latin1");
    wake();
  });
  const end = (): void => {
    isOpen = false;
    wake();
  };
  socket.on("error", () => {
    isBroken = true;
  });
  socket.on("end", end).on("close", end);

  /** Until there is something, or the time is over. */
  const until = <T>(look: () => T | null, withinMs: number): Promise<T | null> =>
    new Promise((resolve) => {
      const settle = (value: T | null): void => {
        clearTimeout(timer);
        waiting.delete(again);
        resolve(value);
      };
      const again = (): void => {
        const found = look();
        if (found !== null) settle(found);
        else if (!isOpen) settle(null);
      };
      const timer = setTimeout(() => settle(null), withinMs);
      waiting.add(again);
      again();
    });

  const ask = (bytes: string): void => {
    text = "";
    askedAtMs = performance.now();
    socket.write(bytes);
  };
  return {
    get: (path, headers = {}) => {
      const lines = Object.entries({ host: url.host, "user-agent": ownAgents.verify, ...headers });
      ask(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
    },
    send: (bytes) => void socket.write(bytes),
    answer: (withinMs) => until(() => answerIn(text, answeredAtMs - askedAtMs), withinMs),
    closed: async (withinMs) => !isOpen || ((await until(() => null, withinMs)) === null && !isOpen),
    isAnswered: () => text.startsWith("HTTP/1."),
    isOpen: () => isOpen,
    isBroken: () => isBroken,
    destroy: () => void socket.destroy(),
  };
};

/** null: its head is not there yet. */
const answerIn = (text: string, afterMs: number): RawAnswer | null => {
  const headEnds = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(0, headEnds)).split("\r\n");
  const status = /^HTTP\/1\.\d (\d{3})/.exec(first)?.[1];
  if (headEnds < 0 || status === undefined) return null;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers: new Map(headers), body: text.slice(headEnds + 4), afterMs };
};

const mostText = 256 * 1024;

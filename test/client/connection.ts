import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { createAnswerParser, type Parsed } from "./answer-parser.ts";
import { asksToClose, type NoAnswer, type Outcome } from "./outcome.ts";

/** Opens one connection. It never retries: what the server does to it is what the caller sees. */
export const openConnection = (
  port: number,
  { host = "127.0.0.1", timeoutMs = 30_000, secure = false, from }: ConnectionOptions = {},
): Promise<ClientConnection | NoAnswer> =>
  new Promise((resolve) => {
    const sentAtMs = performance.now();
    const to = { port, host, ...(from === undefined ? {} : { localAddress: from }) };
    // The tests' certificates are their own.
    const socket = secure
      ? connectTls({ ...to, servername: "localhost", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
      : connect({ ...to, noDelay: true, allowHalfOpen: false });
    const fail = (kind: NoAnswer["kind"], detail: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ kind, detail, sentAtMs, endedAtMs: performance.now() });
    };
    const onError = (error: NodeJS.ErrnoException): void =>
      fail(error.code === "ECONNREFUSED" ? "refused" : "reset", `connect: ${error.code ?? error.message}`);
    const timer = setTimeout(() => fail("time-out", "connect"), timeoutMs);
    socket.once("error", onError);
    const onClose = (): void => fail("empty", "connect: closed before the handshake was done");
    socket.once("close", onClose);
    socket.once(secure ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      socket.off("close", onClose);
      socket.off("error", onError);
      resolve(createConnection(socket));
    });
  });

/** A connection that must be there. */
export const connected = async (port: number, options: ConnectionOptions = {}): Promise<ClientConnection> => {
  const opened = await openConnection(port, options);
  if (isNoAnswer(opened)) throw new Error(`no connection to port ${port}: ${opened.kind}, ${opened.detail}`);
  return opened;
};

/** One request on a connection of its own, which asks to be closed. */
export const requestOnce = async (
  port: number,
  path: string,
  options: RequestOptions & ConnectionOptions = {},
): Promise<Outcome> => {
  const connection = await openConnection(port, options);
  if (isNoAnswer(connection)) return connection;
  const outcome = await connection.request(path, { ...options, headers: { connection: "close", ...options.headers } });
  connection.close();
  return outcome;
};

export interface ClientConnection {
  /** One at a time. */
  request(path: string, options?: RequestOptions): Promise<Outcome>;
  /** Sends these bytes as they are, and waits for the first answer. */
  send(bytes: string, options?: Pick<RequestOptions, "timeoutMs">): Promise<Outcome>;
  /** False once either side has closed it, or the last answer asked for it. */
  usable(): boolean;
  close(): void;
  readonly localPort: number;
}

export interface ConnectionOptions {
  readonly host?: string;
  readonly timeoutMs?: number;
  /** Over TLS. */
  readonly secure?: boolean;
  /** Local address of the client: another one of 127.0.0.0/8 is another client. */
  readonly from?: string;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
}

export const isNoAnswer = (result: ClientConnection | Outcome): result is NoAnswer =>
  "kind" in result && result.kind !== "answer";

interface Pending {
  add(chunk: Buffer): void;
  end(how: "reset" | "end", detail: string): void;
}

const createConnection = (socket: Socket): ClientConnection => {
  let pending: Pending | null = null;
  let open = true;
  const lost = (how: "reset" | "end", detail: string): void => {
    open = false;
    pending?.end(how, detail);
  };
  socket.on("data", (chunk) => pending?.add(chunk));
  socket.on("end", () => lost("end", "the server closed the connection"));
  socket.on("error", (error: NodeJS.ErrnoException) => lost("reset", error.code ?? error.message));
  socket.on("close", () => lost("end", "closed"));

  const send: ClientConnection["send"] = (bytes, { timeoutMs = 30_000 } = {}) =>
    new Promise((resolve) => {
      const sentAtMs = performance.now();
      const parser = createAnswerParser();
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        pending = null;
        if (outcome.kind !== "answer" || asksToClose(outcome)) {
          open = false;
          socket.end();
        }
        resolve(outcome);
      };
      const fail = (kind: NoAnswer["kind"], detail: string): void =>
        settle({ kind, detail: `${firstLineOf(bytes)}: ${detail}`, sentAtMs, endedAtMs: performance.now() });
      const take = (parsed: Parsed): boolean => {
        if (parsed.state === "more") return false;
        if (parsed.state === "garbage") fail("garbage", "not an HTTP answer");
        else settle({ kind: "answer", ...parsed.answer, sentAtMs, endedAtMs: performance.now() });
        return true;
      };
      const timer = setTimeout(() => {
        socket.destroy();
        fail("time-out", `no answer in ${timeoutMs} ms`);
      }, timeoutMs);
      pending = {
        add: (chunk) => void take(parser.add(chunk)),
        end: (how, detail) => {
          if (parser.started() && take(parser.end())) return;
          fail(how === "reset" ? "reset" : parser.started() ? "cut" : "empty", detail);
        },
      };
      if (open) socket.write(bytes);
      else fail("empty", "the connection was closed already");
    });

  return {
    localPort: socket.localPort ?? 0,
    usable: () => open,
    close: () => {
      open = false;
      socket.destroy();
    },
    send,
    request: (path, options = {}) => send(writeRequest(path, options), options),
  };
};

const firstLineOf = (bytes: string): string => bytes.slice(0, bytes.indexOf("\r\n")).slice(0, 200);

const writeRequest = (path: string, { method = "GET", headers = {}, body }: RequestOptions): string => {
  const lines = Object.entries({
    host: "dashd.test",
    ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
};

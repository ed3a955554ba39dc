import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import type { StoredAnswer } from "./stored-answer.ts";

/**
 * A connection without a network under it, for one request of our own to the app in this process: a server takes any Duplex
 * for a connection (node:http, 'connection'), so whatever is hosted sees an ordinary request. What is answered is caught on
 * its way, and not read here.
 */
export class InnerSocket extends Duplex {
  readonly encrypted: boolean;
  readonly remoteAddress = "127.0.0.1";
  readonly remoteFamily = "IPv4";
  readonly remotePort = 0;
  readonly localAddress = "127.0.0.1";
  readonly localPort = 0;
  readonly connecting = false;

  constructor(request: string, encrypted: boolean) {
    super({ allowHalfOpen: true });
    this.encrypted = encrypted;
    this.push(request, "latin1");
    const timer = setTimeout(() => this.destroy(), lifeMs).unref();
    this.once("close", () => clearTimeout(timer));
  }
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
  /** Where servers end a connection behind its last answer. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }
  address(): object {
    return { address: this.localAddress, family: this.remoteFamily, port: this.localPort };
  }
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** The request that brings a kept answer up to date; it asks on nobody's behalf: no cookie goes with it. */
export const refreshRequest = (req: IncomingMessage, before: StoredAnswer): string => {
  const lines = [`GET ${req.url ?? "/"} HTTP/1.1`];
  const { rawHeaders } = req;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!ofOneClient.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[i + 1] ?? ""}`);
  }
  const request = { method: "GET", url: req.url ?? "/", headers: asked(req) };
  const headers = before.policy.revalidationHeaders(request);
  for (const name of ["if-none-match", "if-modified-since"]) {
    const value = headers[name];
    if (typeof value === "string") lines.push(`${name}: ${value}`);
  }
  return `${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`;
};

/** Without the client's own conditions: ours are about the kept answer. */
const asked = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value !== "string" || name.startsWith("if-") ? [] : [[name, value]],
    ),
  );

const ofOneClient = new Set([
  ...["cookie", "authorization", "proxy-authorization", "connection", "proxy-connection", "keep-alive", "te"],
  ...["transfer-encoding", "content-length", "upgrade", "upgrade-insecure-requests", "expect", "trailer", "range"],
  ...["cache-control", "pragma", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"],
]);

/** Longer than any stage lets a request run. */
const lifeMs = 300_000;

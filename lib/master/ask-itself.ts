import type { RequestOptions } from "node:http";
import type { SecureClientSessionOptions } from "node:http2";
import { ownAgents } from "../protocol/own-agents.ts";

/** Requests of dashd to its own service, where nobody else asks: a change without traffic is judged by them. */
export interface AskItself {
  /** Sends this many at once, unless the last ones are still under way. */
  ask(count: number): void;
}

export interface AskItselfOptions {
  readonly url: () => string;
  readonly path: string;
  /** An app may speak nothing else. */
  readonly speaksHttp2: () => boolean;
}

export const createAskItself = ({ url, path, speaksHttp2 }: AskItselfOptions): AskItself => {
  let underway = 0;

  const askOnce = (): Promise<void> => (speaksHttp2() ? askHttp2(url(), path) : askHttp1(url(), path));

  return {
    ask: (count) => {
      if (underway > 0) return;
      underway = count;
      for (let sent = 0; sent < count; sent++) void askOnce().finally(() => (underway -= 1));
    },
  };
};

const askHttp1 = async (url: string, path: string): Promise<void> => {
  const { protocol, hostname, port } = new URL(url);
  const options: RequestOptions & typeof ownService = {
    ...ownService,
    host: hostname,
    port,
    path,
    agent: false,
    timeout: deadlineMs,
    signal: AbortSignal.timeout(deadlineMs),
    headers: { "User-Agent": ownAgents.watch, "Cache-Control": askTheApp, Connection: "close" },
  };
  const { request } = await (protocol === "https:" ? import("node:https") : import("node:http"));
  await new Promise<void>((resolve) => {
    const asked = request(options, (answer) => {
      answer.on("error", () => undefined);
      answer.resume();
    });
    // What became of it is seen where every answer is counted.
    asked.on("error", () => undefined);
    asked.on("close", resolve);
    asked.end();
  });
};

const askHttp2 = async (url: string, path: string): Promise<void> => {
  const { connect } = await import("node:http2");
  const options: SecureClientSessionOptions = ownService;
  await new Promise<void>((resolve) => {
    const session = connect(url, options);
    const deadline = setTimeout(() => session.destroy(), deadlineMs);
    session.on("error", () => undefined);
    session.on("close", () => {
      clearTimeout(deadline);
      resolve();
    });
    const asked = session.request({ ":path": path, "user-agent": ownAgents.watch, "cache-control": askTheApp });
    asked.on("error", () => undefined);
    asked.on("close", () => session.close());
    asked.resume();
  });
};

/** Its own service at its own address: whose name the certificate carries is not asked. */
const ownService = { rejectUnauthorized: false };
/** What is kept of the page tells nothing of a new generation. */
const askTheApp = "no-store";
const deadlineMs = 5_000;

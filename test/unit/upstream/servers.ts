import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { TestContext } from "node:test";
import { createUpstreamServer } from "../../../lib/upstream/server.ts";
import { readUpstreamUrl } from "../../../lib/upstream-url.ts";
import { afterwards } from "../../support/afterwards.ts";
import { openRaw, type RawClient } from "../../support/raw-http.ts";

/** A small server to stand in front of. */
export const serveUpstream = async (t: TestContext, handler: RequestListener): Promise<Upstream> => {
  const server = createServer(handler);
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on("request", (req) => requests.push(req));
  server.on("connection", (socket) => {
    accepted++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const port = await listen(t, server, 0);
  return { server, port, requests, sockets, accepted: () => accepted };
};

export interface Upstream {
  readonly server: Server;
  readonly port: number;
  readonly requests: readonly IncomingMessage[];
  readonly sockets: ReadonlySet<Socket>;
  /** How many connections it has had. */
  accepted(): number;
}

/** dashd's own server in front of a port, without a worker around it. */
export const standInFor = async (t: TestContext, upstream: string | number, more: StandInOptions = {}) => {
  const address = readUpstreamUrl(typeof upstream === "number" ? `http://127.0.0.1:${upstream}` : upstream);
  if (address === null) throw new Error("no address");
  const draining = new AbortController();
  const warnings: unknown[] = [];
  const log = { warn: (...values: readonly unknown[]) => void warnings.push(values) };
  const server = createUpstreamServer({ address, signal: draining.signal, worker: "3/77", log, ...more });
  const port = await listen(t, server, 0);
  const client = (): RawClient => {
    const raw = openRaw(port);
    afterwards(t, () => void raw.socket.destroy());
    return raw;
  };
  return { port, server, client, drain: () => draining.abort(), warnings };
};

interface StandInOptions {
  readonly connectMs?: number;
  readonly upgradeMs?: number;
}

export const listen = async (t: TestContext, server: Server, port: number): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

/** What a request said under a name. */
export const said = ({ headers }: IncomingMessage, name: string): string => String(headers[name]);

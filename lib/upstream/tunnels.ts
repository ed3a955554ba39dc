import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ProxyServer } from "httpxy";
import type { UpstreamAgents } from "./agents.ts";
import { type HopFacts, makeUpstreamHeaders, toOriginForm } from "./request-headers.ts";

/**
 * WebSockets: a connection each to the upstream, ended when either side goes. A worker that drains tells the client to
 * go, and its answer ends the upstream's side.
 */
export const createTunnels = ({ proxy, agents, worker, upgradeMs }: TunnelDependencies): Tunnels => {
  proxy.on("proxyReqWs", (request, _req, socket) => {
    const leave = (): void => void request.destroy();
    socket.once("close", leave);
    request.once("upgrade", (_answer, far: Socket) => {
      socket.off("close", leave);
      // A pipe hands on an end, not a destroy.
      socket.once("close", () => far.destroy());
      far.once("close", () => socket.destroySoon());
    });
  });
  return {
    open: (req, socket, head) => {
      toOriginForm(req);
      makeUpstreamHeaders(req, { worker, upgrade: true });
      void proxy.ws(req, socket, { agent: agents.once, upgradeTimeout: upgradeMs }, head).catch(() => undefined);
    },
    refuse: (socket, error) => {
      const status = error.statusCode ?? 502;
      if (socket.writable && socket.bytesWritten === 0) {
        socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      }
    },
  };
};

export interface Tunnels {
  open(req: IncomingMessage, socket: Socket, head: Buffer): void;
  /** The upstream could not be reached, or did not answer. */
  refuse(socket: Socket, error: { readonly statusCode?: number }): void;
}

interface TunnelDependencies {
  readonly proxy: ProxyServer;
  readonly agents: UpstreamAgents;
  readonly worker: HopFacts["worker"];
  /** How long the upstream may take to answer; nothing else bounds an upgrade. */
  readonly upgradeMs: number;
}

export const isWebSocket = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && headers.upgrade?.toLowerCase() === "websocket";

/**
 * Takes up an offer to upgrade to anything else (h2c, from curl or Java) as one may: not at all. Node has stopped reading
 * the request after its head; without the offer in it, it is read again from there.
 */
export const declineUpgrade = (server: Server, req: IncomingMessage, socket: Socket, head: Buffer): void => {
  const { rawHeaders, method, url, httpVersion } = req;
  const kept = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 && !offers.has(name.toLowerCase()) ? [`${name}: ${rawHeaders[i + 1] ?? ""}\r\n`] : [],
  );
  const request = `${method} ${url} HTTP/${httpVersion}\r\n${kept.join("")}\r\n`;
  socket.unshift(Buffer.concat([Buffer.from(request, "latin1"), head]));
  server.emit("connection", socket);
};

const offers: ReadonlySet<string> = new Set(["upgrade", "connection", "http2-settings"]);

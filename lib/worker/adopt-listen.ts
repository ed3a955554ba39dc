import cluster from "node:cluster";
import type { Server as HttpServer } from "node:http";
import { Server as NetServer } from "node:net";
import type { ListenAddress, StandIn } from "./stand-in.ts";
import { isHttpServer } from "./is-http-server.ts";
import { createStandIn } from "./stand-in.ts";

/**
 * Adopts the first http server that listens on a TCP port, whatever port it names. Node's own `listen` parses, validates,
 * looks hosts up and sets the server up as ever; only where it would ask the primary for a listening socket
 * (`cluster._getServer`), or bind one itself (`exclusive`: `_listen2`), it is given a stand-in.
 */
export const adoptListen = ({
  servicePort,
  mayAdopt,
  adopt,
  released,
  asking,
  unsupported,
}: AdoptionDependencies): void => {
  const standInFor = (server: NetServer, query: ListenQuery): StandIn | null => {
    if (!wantsTcp(query)) {
      if (isHttpServer(server)) unsupported({ kind: "socket path", port: query.address ?? "fd" });
      return null;
    }
    const kind = unsupportedKind(server);
    if (kind !== null) unsupported({ kind, port: query.port });
    if (!isHttpServer(server) || !mayAdopt(server, query.port)) return null;
    const standIn = createStandIn(addressOf(query, servicePort), () => released(server));
    adopt(server, standIn);
    return standIn;
  };

  const internals = cluster as unknown as ClusterInternals;
  let questions = 0;
  const askPrimary = internals._getServer;
  internals._getServer = function (server, query, reply) {
    const standIn = server instanceof NetServer ? standInFor(server, query) : null;
    if (standIn !== null) {
      reply(0, standIn);
      return;
    }
    if (++questions === 1) asking(true);
    askPrimary.call(this, server, query, (error, handle) => {
      if (--questions === 0) asking(false);
      reply(error, handle);
    });
  };

  const prototype = NetServer.prototype as unknown as ServerInternals;
  const setUp = prototype._listen2;
  prototype._listen2 = function (address, port, addressType, backlog, fd, flags) {
    this._handle ??= standInFor(this as unknown as NetServer, { address, port, addressType, fd });
    setUp.call(this, address, port, addressType, backlog, fd, flags);
  };
};

interface AdoptionDependencies {
  readonly servicePort: number;
  /** Whether this http server, listening on a TCP port, is the one to serve. */
  readonly mayAdopt: (server: HttpServer, port: number) => boolean;
  readonly adopt: (server: HttpServer, standIn: StandIn) => void;
  /** The program closed its server. */
  readonly released: (server: HttpServer) => void;
  /** A server that stays stock waits for the primary's answer, which an unreferenced channel does not show. */
  readonly asking: (isAsking: boolean) => void;
  readonly unsupported: (server: UnsupportedServer) => void;
}

export interface UnsupportedServer {
  readonly kind: "https" | "http2" | "socket path";
  readonly port: number | string;
}

interface ListenQuery {
  readonly address: string | null;
  readonly port: number | null;
  readonly addressType: number | null;
  readonly fd?: number | undefined;
}

interface ClusterInternals {
  _getServer(server: unknown, query: ListenQuery, reply: (error: number, handle: unknown) => void): void;
}

interface ServerInternals {
  _handle: unknown;
  _listen2(
    address: string | null,
    port: number | null,
    addressType: number | null,
    backlog: unknown,
    fd: number | undefined,
    flags: unknown,
  ): void;
}

const wantsTcp = (query: ListenQuery): query is ListenQuery & { readonly port: number } =>
  query.fd === undefined && query.port !== null && query.port >= 0;

/** `::` when no host was named, as Node would have bound it. */
const addressOf = (query: ListenQuery & { readonly port: number }, servicePort: number): ListenAddress => ({
  address: query.address ?? "::",
  family: query.address !== null && query.addressType !== 6 ? "IPv4" : "IPv6",
  port: query.port || servicePort,
});

/** By what they can do: loading node:https or node:http2 only to ask would cost every worker milliseconds. */
const unsupportedKind = (server: NetServer): "https" | "http2" | null => {
  if ("updateSettings" in server) return "http2";
  return "setSecureContext" in server && "closeIdleConnections" in server ? "https" : null;
};

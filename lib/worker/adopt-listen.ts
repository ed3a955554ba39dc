import cluster from "node:cluster";
import type { Server as HttpServer } from "node:http";
import { Server as NetServer } from "node:net";
import { getSystemErrorMap } from "node:util";
import { isHttpServer } from "./server-kind.ts";
import { answerPortProbe, listenError, type Reply } from "./port-probes.ts";
import type { ListenQuery, StandIn } from "./stand-in.ts";
import { addressOf, createStandIn, leaveFileBehind } from "./stand-in.ts";

/**
 * Adopts the first http(s) or HTTP/2 server that listens, whatever port it names. Node's own `listen` parses, validates, looks hosts up
 * and sets the server up as ever; only where it would ask the primary for a listening socket (`cluster._getServer`), or
 * bind one itself (`exclusive`: `_listen2`), it is given a stand-in.
 */
export const adoptListen = ({
  servicePort,
  mayAdopt,
  mayBecomeTheApps,
  adopt,
  released,
  asking,
  leftAlone,
}: AdoptionDependencies): void => {
  const taken = new Map<StandIn, ListenQuery>();
  const isTaken = (query: ListenQuery): boolean => [...taken.values()].some((other) => isSameAddress(other, query));

  const standInFor = (server: NetServer, query: ListenQuery): StandIn | null => {
    const port = portOf(query);
    if (!isHttpServer(server) || isTaken(query) || !mayAdopt(server, port)) return null;
    const standIn = createStandIn(addressOf(query, servicePort), () => {
      taken.delete(standIn);
      released(server);
    });
    taken.set(standIn, query);
    leaveFileBehind(server, query);
    adopt(server, standIn);
    return standIn;
  };

  const internals = cluster as unknown as ClusterInternals;
  let questions = 0;
  const askPrimary = internals._getServer;
  internals._getServer = function (server, query, reply) {
    const isServer = server instanceof NetServer;
    const standIn = isServer ? standInFor(server, query) : null;
    if (standIn !== null) {
      reply(0, standIn);
      return;
    }
    const stock = (answer: Reply): void => {
      if (isServer) leftAlone(server, query);
      if (++questions === 1) asking(true);
      askPrimary.call(this, server, query, (error, handle) => {
        if (--questions === 0) asking(false);
        answer(error, handle);
      });
    };
    const port = portOf(query);
    if (isServer && isTaken(query)) process.nextTick(reply, addressInUse(), null);
    else if (isServer && isRaw(server) && port !== null && mayBecomeTheApps(port)) {
      answerPortProbe(server, query, { reply, stock });
    } else stock(reply);
  };

  const prototype = NetServer.prototype as unknown as ServerInternals;
  const setUp = prototype._listen2;
  prototype._listen2 = function (address, port, addressType, backlog, fd, flags) {
    const server = this as unknown as NetServer;
    const query = { address, port, addressType, fd };
    // Where the primary or a probe's answer gave it one already, this only sets it up.
    if (this._handle === null) {
      if (isTaken(query)) {
        process.nextTick(() => server.emit("error", listenError(addressInUse(), query)));
        return;
      }
      this._handle = standInFor(server, query);
      if (this._handle === null) leftAlone(server, query);
    }
    setUp.call(this, address, port, addressType, backlog, fd, flags);
  };
};

interface AdoptionDependencies {
  readonly servicePort: number;
  /** Whether this http server is the one to serve; `port` null: it listens on a path or a descriptor. */
  readonly mayAdopt: (server: HttpServer, port: number | null) => boolean;
  /** Whether a server on this port may still become the one to serve. */
  readonly mayBecomeTheApps: (port: number) => boolean;
  readonly adopt: (server: HttpServer, standIn: StandIn) => void;
  /** The program closed its server. */
  readonly released: (server: HttpServer) => void;
  /** A server that stays stock waits for the primary's answer, which an unreferenced channel does not show. */
  readonly asking: (isAsking: boolean) => void;
  /** It listens as Node makes it. */
  readonly leftAlone: (server: NetServer, query: ListenQuery) => void;
}

interface ClusterInternals {
  _getServer(server: unknown, query: ListenQuery, reply: Reply): void;
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

const portOf = ({ port, fd }: ListenQuery): number | null =>
  fd === undefined && port !== null && port >= 0 ? port : null;

const isSameAddress = (one: ListenQuery, other: ListenQuery): boolean =>
  one.port !== 0 &&
  one.fd === undefined &&
  one.port === other.port &&
  (one.address === other.address || (one.port !== -1 && (isAny(one) || isAny(other))));

const isAny = ({ address }: ListenQuery): boolean => address === null || address === "::";

/** Looked up by name: Windows numbers it its own way. */
const addressInUse = (): number => {
  for (const [errno, [name]] of getSystemErrorMap()) if (name === "EADDRINUSE") return errno;
  return -1;
};

const isRaw = (server: NetServer): boolean => !isHttpServer(server) && !("setSecureContext" in server);

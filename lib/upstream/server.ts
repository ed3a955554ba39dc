import { type ClientRequest, createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { createProxyServer, type ProxyServer } from "httpxy";
import { refuse } from "../middleware/refusal.ts";
import { traceIdOf } from "../middleware/traceparent.ts";
import type { UpstreamAddress } from "../upstream-url.ts";
import { createAgents, type UpstreamAgents } from "./agents.ts";
import { isEventStream, passAnswer } from "./answer.ts";
import { isRepeatable, makeUpstreamHeaders, toOriginForm } from "./request-headers.ts";
import { createTunnels, declineUpgrade, isWebSocket } from "./tunnels.ts";

/**
 * A server that passes every request on to the upstream and its answer back, streaming both ways. Its limits are the
 * worker's in front of it. 502 where the upstream cannot be reached or breaks off before it answers.
 */
export const createUpstreamServer = (options: UpstreamOptions): Server => {
  const { address, signal, worker, log, connectMs = 5_000, upgradeMs = 30_000 } = options;
  const agents = createAgents(address);
  const proxy = createProxyServer({ target: targetOf(address), selfHandleResponse: true });
  const trips = new WeakMap<IncomingMessage, Trip>();
  const ends = new Set<() => void>();
  const tunnels = createTunnels({ proxy, agents, worker, upgradeMs });
  const server = createServer();

  const send = (req: IncomingMessage, res: ServerResponse, expects: boolean): void => {
    // `OPTIONS *` asks whether this server is there.
    if (req.url === "*") {
      res.writeHead(204).end();
      return;
    }
    const repeatable = isRepeatable(req);
    const trip: Trip = { request: null, again: repeatable, expects };
    trips.set(req, trip);
    toOriginForm(req);
    makeUpstreamHeaders(req, { worker, upgrade: false });
    // httpxy hides its request where it finds this one; it is put back on it (below).
    delete req.headers.expect;
    // Of the worker: the request has timed out, or its client is gone.
    signalOf(req)?.addEventListener("abort", () => trip.request?.destroy(), { once: true });
    pass(proxy, req, res, repeatable ? agents.kept : agents.once);
  };

  proxy.on("proxyReq", (request, req, res) => {
    const trip = trips.get(req);
    if (trip === undefined) return;
    trip.request = request;
    boundConnecting(request, connectMs);
    if (signalOf(req)?.aborted === true) request.destroy();
    else if (trip.expects) {
      request.setHeader("Expect", "100-continue");
      request.once("continue", () => {
        trip.expects = false;
        res.writeContinue();
      });
      request.flushHeaders();
    }
  });

  proxy.on("proxyRes", (answer, req, res) => {
    if (res.headersSent || res.destroyed) {
      answer.destroy();
      return;
    }
    // A client that was not told to go on may send its body all the same, or not.
    if (trips.get(req)?.expects === true) res.shouldKeepAlive = false;
    try {
      passAnswer(answer, res);
    } catch (error) {
      const traceId = traceIdOf(req);
      log.warn(`the upstream's answer cannot be passed on${traceId === null ? "" : ` (trace ${traceId})`}:`, error);
      answer.destroy();
      refuse(req, res, unreachable);
      return;
    }
    if (isEventStream(answer)) endWhenDrained(answer, res);
  });

  const endWhenDrained = (answer: IncomingMessage, res: ServerResponse): void => {
    const end = (): void => {
      answer.unpipe(res);
      res.end();
    };
    if (signal.aborted) end();
    ends.add(end);
    res.once("close", () => ends.delete(end));
  };

  proxy.on("error", (error: UpstreamError, req, to) => {
    if (req === undefined || to === undefined) return;
    if (!(to instanceof ServerResponse)) {
      tunnels.refuse(to, error);
      return;
    }
    const trip = trips.get(req);
    if (to.headersSent || to.destroyed || signalOf(req)?.aborted === true) return;
    // The upstream closed a kept connection as we sent: it has not seen this request, or answers it again.
    if (trip?.again === true && trip.request?.reusedSocket === true) {
      trip.again = false;
      pass(proxy, req, to, agents.once);
    } else refuse(req, to, unreachable);
  });

  server.on("request", (req, res) => send(req, res, false));
  server.on("checkContinue", (req, res) => send(req, res, true));
  server.on("upgrade", (req, _socket, head) => {
    if (isWebSocket(req)) tunnels.open(req, req.socket, head);
    else declineUpgrade(server, req, req.socket, head);
  });
  signal.addEventListener("abort", () => {
    agents.retire();
    for (const end of ends) end();
  });
  return server;
};

export interface UpstreamOptions {
  readonly address: UpstreamAddress;
  /** Fires when the worker drains: event streams end, so that their clients come back to another. */
  readonly signal: AbortSignal;
  /** `slot/pid`, told to the upstream as X-Dashd-Worker. */
  readonly worker: string;
  readonly log: { warn(...values: readonly unknown[]): void };
  /** How long the way to the upstream may take; its answer has the request's own time-out. */
  readonly connectMs?: number;
  readonly upgradeMs?: number;
}

/** One request on its way. */
interface Trip {
  request: ClientRequest | null;
  /** It may be sent once more. */
  again: boolean;
  /** Its client waits for 100. */
  expects: boolean;
}

type UpstreamError = Error & { readonly statusCode?: number };

/** What goes wrong is told by the proxy's `error`. */
const pass = (proxy: ProxyServer, req: IncomingMessage, res: ServerResponse, agent: UpstreamAgents["kept"]): void =>
  void proxy.web(req, res, { agent }).catch(() => undefined);

/** A host that drops what it is sent would take the request's slot for its whole time. */
const boundConnecting = (request: ClientRequest, withinMs: number): void => {
  const { socket } = request;
  if (socket?.connecting !== true) return;
  const timer = setTimeout(() => request.destroy(new Error("no connection in time")), withinMs);
  const clear = (): void => clearTimeout(timer);
  socket.once("connect", clear);
  request.once("close", clear);
};

const targetOf = (address: UpstreamAddress) =>
  address.kind === "unix"
    ? { protocol: "http:", socketPath: address.path }
    : { protocol: address.protocol, hostname: address.hostname, port: address.port };

const signalOf = (req: IncomingMessage): AbortSignal | undefined =>
  (req as { readonly signal?: AbortSignal | undefined }).signal;

const unreachable = { status: 502, code: "upstream-down" } as const;

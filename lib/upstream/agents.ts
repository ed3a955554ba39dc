import { Agent, type AgentOptions } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { isIP } from "node:net";
import type { UpstreamAddress } from "../upstream-url.ts";

/** The connections of a worker to its upstream. There are never more at work than requests, streams and tunnels. */
export interface UpstreamAgents {
  /** Kept from one request to the next. The upstream may close one as we send: only for what can be sent again. */
  readonly kept: Agent;
  /** A connection of its own for a request that must not be lost nor sent twice. */
  readonly once: Agent;
  /** Closes what is idle, and keeps nothing from now on. */
  retire(): void;
}

export const createAgents = (address: UpstreamAddress): UpstreamAgents => {
  const make = (options: AgentOptions): Agent =>
    address.kind === "tcp" && address.protocol === "https:"
      ? // The certificate is the upstream's; Node would look for the name in the client's Host.
        new TlsAgent({ ...options, servername: isIP(address.hostname) === 0 ? address.hostname : "" })
      : new Agent(options);
  const kept = make({ keepAlive: true, maxFreeSockets: mostIdle, timeout: idleMs });
  return {
    kept,
    once: make({ keepAlive: false }),
    retire: () => {
      kept.maxFreeSockets = 0;
      for (const sockets of Object.values(kept.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    },
  };
};

/** Below the 5 s after which uvicorn, Node and Apache close an idle connection. */
const idleMs = 4_000;
/** After a burst of streams. */
const mostIdle = 16;

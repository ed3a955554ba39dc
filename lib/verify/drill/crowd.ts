import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { ownAgents } from "../../protocol/own-agents.ts";
import type { CrowdFigures } from "./judge-burst.ts";

/** Clients that connect at once and say nothing until they are told to ask. */
export interface Crowd {
  /** All ask now; settles when each has its answer or its end, at the latest after `withinMs`. */
  ask(withinMs: number): Promise<CrowdFigures>;
  /** At once. */
  destroy(): void;
}

export interface CrowdOptions {
  readonly url: string;
  readonly path: string;
  readonly clients: number;
  readonly now: () => number;
}

export const gatherCrowd = ({ url, path, clients, now }: CrowdOptions): Crowd => {
  const { protocol, hostname, port, host } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (protocol === "https:" ? 443 : 80) };
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${ownAgents.drill}\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
  let hasAsked = false;
  const everybody = Array.from({ length: clients }, (): Client => {
    const socket =
      protocol === "https:" ? connectTls({ ...address, rejectUnauthorized: false }) : connectPlain(address);
    return follow(socket, now, () => hasAsked);
  });
  return {
    ask: async (withinMs) => {
      hasAsked = true;
      for (const { socket } of everybody) if (!socket.destroyed) socket.write(request);
      const deadline = setTimeout(() => everybody.forEach(({ socket }) => socket.destroy()), withinMs);
      await Promise.all(everybody.map(({ ended }) => ended));
      clearTimeout(deadline);
      const of = (how: Ending["how"]): number => everybody.filter(({ ending }) => ending().how === how).length;
      const took = everybody.flatMap(({ ending }) => (ending().how === "served" ? [ending().tookMs] : []));
      return {
        ...{ served: of("served"), refused: of("refused"), failed: of("failed"), idle: of("idle") },
        longestMs: took.length === 0 ? null : Math.round(Math.max(...took)),
      };
    },
    destroy: () => everybody.forEach(({ socket }) => socket.destroy()),
  };
};

interface Client {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  ending(): Ending;
}

interface Ending {
  readonly how: "served" | "refused" | "failed" | "idle";
  readonly tookMs: number;
}

const follow = (socket: Socket, now: () => number, hasAsked: () => boolean): Client => {
  const startedAtMs = now();
  let said = "";
  let isBroken = false;
  let ending: Ending = { how: "failed", tookMs: 0 };
  socket.setEncoding("latin1");
  socket.on("data", (part: string) => {
    if (said.length < statusBytes) said += part;
  });
  socket.on("error", () => {
    isBroken = true;
  });
  const ended = new Promise<void>((resolve) => {
    socket.once("close", () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(said)?.[1] ?? null;
      const how =
        status === null ? (hasAsked() || isBroken ? "failed" : "idle") : status === "503" ? "refused" : "served";
      ending = { how, tookMs: now() - startedAtMs };
      resolve();
    });
  });
  return { socket, ended, ending: () => ending };
};

const statusBytes = 16;

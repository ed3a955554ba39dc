import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { isNoAnswer, openConnection, type ClientConnection } from "../client/connection.ts";
import { judge, type SentRequest } from "../client/crowd.ts";
import type { NoAnswer } from "../client/outcome.ts";
import { afterwards } from "./afterwards.ts";

/** A server that is already there, in this process. Its answers name the worker that asked, as fixture apps name themselves. */
export const startUpstream = async (t: TestContext, version = "1"): Promise<TestUpstream> => {
  let server: Server | null = null;
  let port = 0;
  const stop = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    server = null;
  };
  const start = async (): Promise<void> => {
    const started = createServer((req, res) => {
      req.resume();
      const answer = (): void => {
        res.setHeader("content-type", "application/json");
        res.end(JSON.stringify(cardOf(req, version)));
      };
      req.once("end", () => setTimeout(answer, 20));
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(port, "127.0.0.1", resolve));
    ({ port } = started.address() as AddressInfo);
  };
  await start();
  afterwards(t, stop);
  return { url: `http://127.0.0.1:${port}`, start, stop };
};

export interface TestUpstream {
  readonly url: string;
  stop(): Promise<void>;
  /** Again, on the same port. */
  start(): Promise<void>;
}

const cardOf = ({ headers, url = "/" }: IncomingMessage, version: string): unknown => {
  const [slot, pid] = String(headers["x-dashd-worker"]).split("/").map(Number);
  return { pid, slot, version, n: new URL(url, "http://x").searchParams.get("n") };
};

/** Keep-alive users that POST, as a dashboard's callbacks do: none of it may be sent twice. */
export const gatherPosters = (port: number, count: number): Posters => {
  const requests: SentRequest[] = [];
  let sent = 0;
  let stopped = false;
  const live = async (): Promise<void> => {
    let connection = null as ClientConnection | null;
    while (!stopped) {
      const path = `/post?n=post${++sent}`;
      const opened: ClientConnection | NoAnswer =
        connection?.usable() === true ? connection : await openConnection(port);
      const outcome = isNoAnswer(opened) ? opened : await opened.request(path, { method: "POST", body: path });
      requests.push(judge(path, outcome));
      connection = isNoAnswer(opened) ? null : opened;
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));
    }
    connection?.close();
  };
  const lives = Array.from({ length: count }, live);
  return {
    leave: async () => {
      stopped = true;
      await Promise.all(lives);
      return requests;
    },
  };
};

export interface Posters {
  leave(): Promise<readonly SentRequest[]>;
}

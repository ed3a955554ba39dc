import { once } from "node:events";
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createResponseCache, type ResponseCache } from "../../lib/middleware/response-cache/cache.ts";
import type { CacheVisit } from "../../lib/middleware/response-cache/flights.ts";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { until } from "./until.ts";

/** A node:http server behind a response cache whose clock the test moves. */
export const cachedServer = async (t: Cleanup, app: App, options: Options = {}): Promise<CachedServer> => {
  let aheadMs = 0;
  const asked: IncomingMessage[] = [];
  const cache = createResponseCache<CacheVisit>({
    maxBytes: options.maxBytes ?? 1_000_000,
    waitTimeoutMs: options.waitTimeoutMs ?? 30_000,
    now: () => performance.now() + aheadMs,
    pass: ({ req, res }) => {
      if (req.url === "/warm") {
        res.setHeader("Cache-Control", "public, s-maxage=0, stale-while-revalidate=1");
        res.end("warm");
        return;
      }
      asked.push(req);
      app(req, res);
    },
    connect: (_visit, socket) => {
      if (options.connects !== false) server.emit("connection", socket);
      return options.connects !== false;
    },
  });
  const server = createServer({ rejectNonStandardBodyWrites: true }, (req, res) => {
    options.before?.(req, res);
    const visit = { req, res, waitFromMs: performance.now() + aheadMs };
    res.once("close", () => cache.leave(visit));
    cache.enter(visit);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, headers: Headers = {}, method = "GET"): Promise<Answer> =>
    askAt(port, path, headers, method);
  // The rules are loaded with the first answer that asks.
  await ask("/warm");
  await until("the rules to be loaded", () => cache.take().stored === 1);
  return {
    port,
    cache,
    asked,
    ask,
    pass: (ms) => {
      aheadMs += ms;
    },
  };
};

export const askAt = (port: number, path: string, headers: Headers = {}, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request({ port, host: "127.0.0.1", path, method, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () => {
        const body = Buffer.concat(chunks);
        const { "cache-status": told = "" } = res.headers;
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body: body.toString("latin1"),
          cacheStatus: String(told),
        });
      });
    });
    asking.on("error", reject);
    asking.end();
  });

export interface CachedServer {
  readonly port: number;
  readonly cache: ResponseCache<CacheVisit>;
  /** What reached the app. */
  readonly asked: readonly IncomingMessage[];
  ask(path: string, headers?: Headers, method?: string): Promise<Answer>;
  /** Lets time pass. */
  pass(ms: number): void;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** "" where the answer carries none. */
  readonly cacheStatus: string;
}

interface Options {
  readonly maxBytes?: number;
  readonly waitTimeoutMs?: number;
  /** What stands in front of the cache. */
  readonly before?: App;
  /** false: the server takes no connection of the cache. */
  readonly connects?: boolean;
}

type App = (req: IncomingMessage, res: ServerResponse) => void;
type Headers = Readonly<Record<string, string>>;

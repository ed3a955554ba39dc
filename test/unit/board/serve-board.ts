import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import board, { type BoardContext } from "../../../lib/board/main.ts";
import { createCache } from "../../../lib/services/cache/cache.ts";
import { afterwards } from "../../support/afterwards.ts";

/** The board on a free port, without dashd around it. */
export const serveBoard = async (
  t: TestContext,
  given: Partial<BoardContext> = {},
  now?: () => Date,
): Promise<Board> => {
  const draining = new AbortController();
  const logged: string[] = [];
  const line = (...values: readonly unknown[]): void => void logged.push(values.map(String).join(" "));
  const context: BoardContext = {
    postgres: null,
    cache: createCache({
      ...{ app: "board", redis: null, postgres: null, isLeader: () => true },
      ...{ tell: () => undefined, warn: () => undefined },
    }).cache,
    log: { debug: line, info: line, warn: line, error: line },
    signal: draining.signal,
    stage: 2,
    slot: 1,
    leader: true,
    status: () => Promise.reject(new Error("no master in this test")),
    ...given,
  };
  const server = createServer(board(context, now === undefined ? {} : { now }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(t, async () => {
    draining.abort();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    logged,
    get: (path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers }),
  };
};

export interface Board {
  readonly logged: readonly string[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

import { connected, type ClientConnection } from "../client/connection.ts";

/** One request of a user, and what became of it. */
export interface Visit {
  readonly path: string;
  /** 0: no answer. */
  readonly status: number;
  readonly body: string;
  /** RFC 9211; "" where it carries none. */
  readonly cacheStatus: string;
  readonly tookMs: number;
  readonly atMs: number;
}

/** Keep-alive users without retries, each staying on one path, with a pause between requests. */
export const startWatchedUsers = ({ port, paths, count, pauseMs }: WatchedUserOptions): WatchedUsers => {
  const visits: Visit[] = [];
  let stopping = false;
  const live = async (path: string): Promise<void> => {
    let kept: ClientConnection | null = null;
    while (!stopping) {
      const atMs = performance.now();
      const connection: ClientConnection = kept?.usable() === true ? kept : await connected(port);
      const outcome = await connection.request(path, { timeoutMs: 30_000 });
      const answered = outcome.kind === "answer";
      visits.push({
        path,
        status: answered ? outcome.status : 0,
        body: answered ? outcome.body : outcome.detail,
        cacheStatus: (answered && outcome.headers.get("cache-status")) || "",
        tookMs: performance.now() - atMs,
        atMs,
      });
      kept = answered ? connection : null;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    kept?.close();
  };
  const lives = Array.from({ length: count }, (_, index) => live(paths[index % paths.length] ?? "/"));
  return {
    take: () => visits.splice(0),
    stop: async () => {
      stopping = true;
      await Promise.all(lives);
    },
  };
};

export interface WatchedUserOptions {
  readonly port: number;
  readonly paths: readonly string[];
  readonly count: number;
  readonly pauseMs: number;
}

export interface WatchedUsers {
  /** Everything since the last time. */
  take(): readonly Visit[];
  stop(): Promise<void>;
}

/** Of the times of these visits; 0 without any. */
export const quantileMs = (visits: readonly Visit[], q: number): number => {
  const sorted = visits.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
};

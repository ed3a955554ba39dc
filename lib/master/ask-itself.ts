import type { RequestOptions } from "node:http";

/** Requests of dashd to its own service, where nobody else asks: a change without traffic is judged by them. */
export interface AskItself {
  /** Sends this many at once, unless the last ones are still under way. */
  ask(count: number): void;
}

export interface AskItselfOptions {
  readonly url: () => string;
  readonly path: string;
}

export const createAskItself = ({ url, path }: AskItselfOptions): AskItself => {
  let underway = 0;

  const askOnce = async (): Promise<void> => {
    const { protocol, hostname, port } = new URL(url());
    const options: RequestOptions & { readonly rejectUnauthorized: boolean } = {
      host: hostname,
      port,
      path,
      agent: false,
      timeout: deadlineMs,
      signal: AbortSignal.timeout(deadlineMs),
      headers: { "User-Agent": "dashd (watch window)", Connection: "close" },
      // Its own service at its own address: whose name the certificate carries is not asked.
      rejectUnauthorized: false,
    };
    const { request } = await (protocol === "https:" ? import("node:https") : import("node:http"));
    await new Promise<void>((resolve) => {
      const asked = request(options, (answer) => {
        answer.on("error", () => undefined);
        answer.resume();
      });
      // What became of it is seen where every answer is counted.
      asked.on("error", () => undefined);
      asked.on("close", resolve);
      asked.end();
    });
  };

  return {
    ask: (count) => {
      if (underway > 0) return;
      underway = count;
      for (let sent = 0; sent < count; sent++) void askOnce().finally(() => (underway -= 1));
    },
  };
};

const deadlineMs = 5_000;

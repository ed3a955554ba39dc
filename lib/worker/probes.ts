import type { IncomingMessage, ServerResponse } from "node:http";

/** Health and readiness, answered before the app. */
export interface Probes {
  /** True when the request was a probe, and is answered. */
  answer(req: IncomingMessage, res: ServerResponse): boolean;
  setReady(ready: boolean): void;
}

export const createProbes = ({ healthPath, readyPath }: ProbePaths): Probes => {
  let ready = false;
  return {
    answer: (req, res) => {
      const url = req.url ?? "";
      if (isAt(url, healthPath)) reply(res, 200, "ok");
      else if (isAt(url, readyPath)) reply(res, ready ? 200 : 503, ready ? "ready" : "draining");
      else return false;
      return true;
    },
    setReady: (isReady) => {
      ready = isReady;
    },
  };
};

interface ProbePaths {
  readonly healthPath: string | null;
  readonly readyPath: string | null;
}

const isAt = (url: string, path: string | null): boolean =>
  path !== null && (url === path || (url.startsWith(path) && url.charCodeAt(path.length) === questionMark));

const questionMark = 63;

const reply = (res: ServerResponse, status: number, state: string): void => {
  res.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  res.end(`${JSON.stringify({ state })}\n`);
};

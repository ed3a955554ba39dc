import { judge, type SentRequest } from "./crowd.ts";
import { requestOnce } from "./connection.ts";

/** New clients at a steady rate, each with one connection and one request, whatever became of those before it. */
export const streamOfConnections = ({ port, perSec, path }: ArrivalOptions): Arrivals => {
  const requests: SentRequest[] = [];
  const underway = new Set<Promise<void>>();
  let sent = 0;
  const startedAtMs = performance.now();
  const arrive = (): void => {
    const sentPath = `${path}${path.includes("?") ? "&" : "?"}n=${++sent}`;
    const visit = requestOnce(port, sentPath).then((outcome) => {
      requests.push(judge(sentPath, outcome));
      underway.delete(visit);
    });
    underway.add(visit);
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAtMs) / 1_000) * perSec;
    while (sent < due) arrive();
  }, 5);
  return {
    requests,
    end: async () => {
      clearInterval(timer);
      await Promise.all(underway);
      return requests;
    },
  };
};

export interface ArrivalOptions {
  readonly port: number;
  readonly perSec: number;
  /** A path of a fixture app that repeats `n`. */
  readonly path: string;
}

export interface Arrivals {
  readonly requests: readonly SentRequest[];
  /** Nobody comes any more; waits for those who are there. */
  end(): Promise<readonly SentRequest[]>;
}

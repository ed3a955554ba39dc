import type { IncomingMessage } from "node:http";
import { isOwnAgent } from "../protocol/own-agents.ts";
import { createUserSketch, placeOf } from "../protocol/user-sketch.ts";
import type { Connection } from "./connection.ts";

/**
 * Notes who sends requests: by the session's cookie, else by address and agent. What is kept are hashes under the
 * instance's own key, no names. A client on its connection is looked at once a minute, not with every request.
 */
export interface UserCount {
  see(req: IncomingMessage, connection: Connection | undefined): void;
  /** Hashes and ranks, in pairs, that are new since the last call; everybody who is still there comes again each minute. */
  take(): readonly number[];
}

export const createUserCount = (key: number, now: () => number): UserCount => {
  const sketch = createUserSketch();
  const seen = new WeakMap<Connection, Seen>();
  let fresh: number[] = [];
  let minute = 0;
  let minuteFromMs = now();
  return {
    see: (req, connection) => {
      const { cookie, "x-forwarded-for": forwarded } = req.headers;
      if (connection !== undefined) {
        const last = seen.get(connection);
        if (last?.minute === minute && last.cookie === cookie && last.forwarded === forwarded) return;
        seen.set(connection, { minute, cookie, forwarded });
      }
      if (isOwnAgent(req.headers["user-agent"])) return;
      const { hash, rank } = placeOf(nameOf(req), key);
      if (sketch.add(hash, rank)) fresh.push(hash, rank);
    },
    take: () => {
      const taken = fresh;
      fresh = [];
      if (now() - minuteFromMs >= minuteMs) {
        minute++;
        minuteFromMs = now();
        sketch.clear();
      }
      return taken;
    },
  };
};

interface Seen {
  readonly minute: number;
  readonly cookie: string | undefined;
  /** Behind a proxy many clients share a connection. */
  readonly forwarded: string | string[] | undefined;
}

const nameOf = ({ headers, socket }: IncomingMessage): string => {
  const session = sessionIn(headers.cookie);
  if (session !== null) return session;
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",", 1)[0];
  return `${forwarded || (socket.remoteAddress ?? "")} ${headers["user-agent"] ?? ""}`;
};

/** Of names like `connect.sid`, `JSESSIONID`, `session_id`; a cookie of statistics may be another one with every page. */
const sessionIn = (cookies: string | undefined): string | null =>
  cookies === undefined ? null : (/(?:^|;\s*)([\w.-]*(?:sess|sid)[\w.-]*=[^;]+)/i.exec(cookies)?.[1] ?? null);

const minuteMs = 60_000;

import type { IncomingMessage } from "node:http";
import { traceIdOf } from "../middleware/traceparent.ts";
import { bytesSent, type Visit } from "../middleware/visit.ts";
import type { AccessLogOptions } from "../protocol/worker-messages.ts";
import { accessLine } from "./access-line.ts";
import type { Channel } from "./channel.ts";

/** A line for each answer, handed to the master many at a time: it owns the file (TRAPS 11) and is asked nothing per request. */
export interface AccessLog {
  /** The answer of a visit is over, or its client is gone. */
  over(visit: Visit & Pick<LoggedVisit, "arrivedAtMs">): void;
  /** Hands over what is there: regularly, and `last` of all whatever is on the way still. */
  flush(last?: boolean): void;
}

interface LoggedVisit {
  readonly arrivedAtMs: number;
}

interface AccessLogDependencies {
  readonly options: AccessLogOptions;
  readonly slot: number;
  readonly channel: Pick<Channel, "send">;
  readonly trusts: (address: string | undefined) => boolean;
  readonly now: () => number;
  readonly wallClock: () => Date;
  /** 0..1 */
  readonly chance?: () => number;
}

export const createAccessLog = (dependencies: AccessLogDependencies): AccessLog => {
  const { options, slot, channel, trusts, now, wallClock, chance = Math.random } = dependencies;
  let lines: string[] = [];
  let bytes = 0;
  let dropped = 0;
  /** A master that does not read gets no second batch on top of the first (TRAPS 27). */
  let isOnTheWay = false;

  const flush = (last = false): void => {
    if ((isOnTheWay && !last) || (lines.length === 0 && dropped === 0)) return;
    isOnTheWay = true;
    channel.send({ type: "access", text: lines.join("\n"), lines: lines.length, dropped }, () => {
      isOnTheWay = false;
    });
    lines = [];
    bytes = 0;
    dropped = 0;
  };

  return {
    flush,
    over: ({ req, res, slotAtMs, waitFromMs, arrivedAtMs, bytesBefore }) => {
      if (options.sample < 1 && chance() >= options.sample) return;
      if (bytes > longestBacklogBytes) {
        dropped++;
        return;
      }
      const line = accessLine(options.format, {
        at: wallClock(),
        slot,
        address: addressOf(req, trusts),
        method: req.method ?? "-",
        // Express gives an app below another one a path of its own.
        target: (req as { readonly originalUrl?: string }).originalUrl ?? req.url ?? "",
        version: req.httpVersion,
        // As nginx has it: the client left before there was an answer.
        status: res.headersSent ? res.statusCode : 499,
        bytes: Math.max(0, bytesSent(req) - bytesBefore),
        tookMs: now() - arrivedAtMs,
        waitMs: slotAtMs === 0 ? null : slotAtMs - waitFromMs,
        referer: req.headers.referer ?? null,
        agent: req.headers["user-agent"] ?? null,
        traceId: traceIdOf(req),
      });
      lines.push(line);
      bytes += line.length + 1;
      if (bytes > batchBytes) flush();
    },
  };
};

/** The client's own address: behind trusted proxies, the last one in X-Forwarded-For that is none of them. */
const addressOf = (req: IncomingMessage, trusts: (address: string | undefined) => boolean): string => {
  const peer = req.socket.remoteAddress;
  if (!trusts(peer)) return plain(peer);
  const named = [req.headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
  const hops = named.map((one) => one.trim()).filter((one) => one !== "");
  return plain(hops.findLast((one) => !trusts(one)) ?? hops[0] ?? peer);
};

const plain = (address: string | undefined): string => (address ?? "-").replace(/^::ffff:(?=\d+\.)/, "");

const batchBytes = 64 * 1024;
/** Memory for a master that is slow; beyond it lines are dropped. */
const longestBacklogBytes = 1024 * 1024;

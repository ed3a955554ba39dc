import type { IncomingMessage, ServerResponse } from "node:http";
import type { ResponseCacheBeat } from "../../protocol/worker-messages.ts";
import { neutralise } from "../neutralise.ts";
import { ageMsOf, cacheControlOf, headOf } from "./answer-head.ts";
import { askedBy, usefulMs, wantedBy } from "./asked.ts";
import type { Because } from "./catch-answer.ts";
import { createCatcher, Miss } from "./catch-answer.ts";
import type { CacheVisit } from "./flights.ts";
import { createFlights } from "./flights.ts";
import { createInvalidation } from "./invalidation.ts";
import { createKeep } from "./keep.ts";
import { createKeys, dropConditions, goesPast, isSafe, pathOf } from "./request-key.ts";
import type { RefresherDependencies } from "./refresher.ts";
import { createRefresher } from "./refresher.ts";
import { isStorable } from "./storable.ts";
import type { StoredAnswer } from "./stored-answer.ts";
import { useOf } from "./use.ts";

/**
 * Answers that asked for it (`Cache-Control: public, s-maxage=…`) are given again without the app, within RFC 9111. A GET
 * whose path never asked costs one look; nothing is loaded before the first answer that asks.
 */
export const createResponseCache = <V extends CacheVisit>(dependencies: CacheDependencies<V>): ResponseCache<V> => {
  const { maxBytes, now, pass, connect } = dependencies;
  const largest = Math.floor(maxBytes / shareOfOne);
  const counts = { hits: 0, stale: 0, misses: 0, stored: 0 };
  const keyOf = createKeys();
  const keep = createKeep({ maxBytes, now });
  const invalidation = createInvalidation({ keep, keyOf, now });
  const refresher = createRefresher({ connect });

  /** Late or not alike: it asks the app itself, and nobody waits for it. */
  const alone = (visit: V): void => {
    const key = keyOf(visit.req);
    if (key === null) pass(visit);
    else toApp(visit, key, null, keep.find(key, visit.req.headers));
  };
  const flights = createFlights<V>({ waitTimeoutMs: dependencies.waitTimeoutMs, now, late: alone });

  const catcher = createCatcher<V>({
    maxBytes: largest,
    begins: (miss, args) => {
      const asked = askedBy(cacheControlOf(miss.res, args));
      const head = asked === null ? null : headOf(miss.res, args);
      if (asked === null || head === null || !isStorable(head, largest)) return letGo(miss, asked === null);
      if (head.status === 304 && miss.before === null) {
        // The client has it and we do not: the next request of its path is asked without conditions.
        void keep.learn(miss.key, head);
        return letGo(miss, false);
      }
      counts.misses++;
      miss.asked = asked;
      miss.head = head;
      const isWhole = miss.inOnePiece || head.lines.has("content-length");
      const ageMs = ageMsOf(head, Date.now());
      const stored = isWhole && ageMs < usefulMs(asked) && !keep.isForgotten(miss) ? "; stored" : "";
      tell(miss.res, `dashd; fwd=${miss.because}${stored}; ttl=${Math.floor(asked.sMaxAgeSec - ageMs / 1000)}`);
      return "catching";
    },
    failed: (miss, status) => {
      if (refresher.isOwn(miss.req.socket)) return false;
      const given = giveOnError(miss.req, miss.res, miss.before, `fwd=stale; fwd-status=${status}`);
      if (!given) return false;
      neutralise(miss.res);
      if (miss.flight !== null) flights.settle(miss.flight, (waiter) => againOnError(waiter, miss.before, status));
      return true;
    },
    ended: (miss, body) => {
      void keep.store(miss, body).then((isStored) => {
        if (isStored) counts.stored++;
        if (miss.flight !== null) flights.settle(miss.flight, collapsed);
      });
    },
  });

  /** It is not kept, and those who wait for it ask themselves. */
  const letGo = ({ flight, key, res }: Miss<V>, isUnasked: boolean): "passed" => {
    if (flight === null) return "passed";
    if (isUnasked && res.statusCode < 500) keep.shelf()?.unlearn(pathOf(key));
    flights.settle(flight, alone);
    return "passed";
  };

  const collapsed = (visit: V): void => {
    const { req, res } = visit;
    const key = keyOf(req);
    const found = key === null ? null : keep.find(key, req.headers);
    const atMs = now();
    if (found === null || found.ttlMs(atMs) <= 0) alone(visit);
    else {
      counts.hits++;
      found.give(req, res, atMs, "fwd=miss; collapsed");
    }
  };

  const againOnError = (visit: V, before: StoredAnswer | null, status: number): void => {
    if (!giveOnError(visit.req, visit.res, before, `fwd=stale; fwd-status=${status}; collapsed`)) alone(visit);
  };

  const giveOnError = (
    req: IncomingMessage,
    res: ServerResponse,
    before: StoredAnswer | null,
    how: string,
  ): boolean => {
    const atMs = now();
    if (before === null || res.headersSent || !before.servesOnError(atMs)) return false;
    counts.stale++;
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    before.give(req, res, atMs, how);
    return true;
  };

  /** To the app; with a lane, those who come meanwhile wait for its answer. */
  const toApp = (
    visit: V,
    key: string,
    lane: string | null,
    before: StoredAnswer | null,
    because: Because = keep.has(key) ? "vary-miss" : "uri-miss",
  ): void => {
    const miss = new Miss<V>(visit.req, visit.res, key, now(), before, because);
    catcher.watch(miss);
    if (lane !== null) miss.flight = flights.open(lane);
    pass(visit);
  };

  const ask = (visit: V, key: string, before: StoredAnswer | null, because?: Because): void => {
    const lane = keep.lane(key, visit.req.headers);
    const flight = lane === null ? undefined : flights.of(lane);
    if (flight !== undefined) {
      flights.wait(flight, visit);
      return;
    }
    if (lane !== null && !refresher.isOwn(visit.req.socket)) dropConditions(visit.req);
    toApp(visit, key, lane, before, because);
  };

  const isAsked = (key: string, { req }: V): boolean => {
    const lane = keep.lane(key, req.headers);
    return lane !== null && flights.of(lane) !== undefined;
  };

  const enter = (visit: V): void => {
    const { req, res } = visit;
    const { method, headers } = req;
    if (method !== "GET" && method !== "HEAD") {
      if (!isSafe(method)) invalidation.watch(req, res);
      pass(visit);
      return;
    }
    const key = goesPast(headers) ? null : keyOf(req);
    const { "cache-control": cacheControl, pragma } = headers;
    const wanted = cacheControl === undefined && pragma === undefined ? null : wantedBy(cacheControl, pragma);
    if (key === null || wanted?.noStore === true) {
      pass(visit);
      return;
    }
    const found = keep.find(key, headers);
    if (found === null) {
      if (method === "HEAD") pass(visit);
      else ask(visit, key, null);
      return;
    }
    const atMs = now();
    const use = refresher.isOwn(req.socket) ? "none" : useOf(found, wanted, atMs);
    if (use === "fresh") {
      counts.hits++;
      found.give(req, res, atMs);
    } else if (use === "stale" && (refresher.refresh(visit, found, atMs) || isAsked(key, visit))) {
      counts.stale++;
      found.give(req, res, atMs, "hit");
    } else if (method === "HEAD") pass(visit);
    else ask(visit, key, found, found.ttlMs(atMs) > 0 ? "request" : "stale");
  };

  return {
    enter,
    lookAgain: ({ req, res }) => {
      const miss = catcher.of(res);
      if (miss === undefined || miss.state !== "open" || miss.because === "request") return false;
      const found = keep.find(miss.key, req.headers);
      const atMs = now();
      if (found === null || found.ttlMs(atMs) <= 0) return false;
      miss.state = "passed";
      if (miss.flight !== null) flights.settle(miss.flight, collapsed);
      counts.hits++;
      found.give(req, res, atMs, "fwd=miss; collapsed");
      return true;
    },
    rescue: ({ req, res }) => {
      const miss = catcher.of(res);
      if (miss === undefined || miss.state !== "open") return false;
      miss.state = "passed";
      const isGiven = giveOnError(req, res, miss.before, "fwd=stale");
      miss.state = isGiven ? "replaced" : "open";
      return isGiven;
    },
    leave: (visit) => {
      const { req, res } = visit;
      if (!isSafe(req.method)) invalidation.over(req, res);
      flights.leave(visit);
      const miss = catcher.of(res);
      if (miss === undefined) return;
      const { flight, state } = miss;
      miss.state = "passed";
      if (flight === null || (state !== "open" && state !== "catching")) return;
      // Whoever waits longest asks in its place.
      flights.settle(flight, enter);
    },
    take: () => {
      const taken = { ...counts, bytes: keep.bytes() };
      Object.assign(counts, { hits: 0, stale: 0, misses: 0, stored: 0 });
      return taken;
    },
  };
};

export interface ResponseCache<V extends CacheVisit> {
  /** Answers it, lets it wait for the same answer, or passes it on. */
  enter(visit: V): void;
  /** True: what it waited for in the queue has been asked for by another meanwhile, and it is answered. */
  lookAgain(visit: V): boolean;
  /** True: the app cannot answer, and an older answer said that it may be given then. */
  rescue(visit: V): boolean;
  /** Its answer is over or its client is gone. */
  leave(visit: V): void;
  /** Counts since the last call; bytes that are kept. */
  take(): ResponseCacheBeat;
}

interface CacheDependencies<V extends CacheVisit> extends RefresherDependencies<V> {
  readonly maxBytes: number;
  /** How long one may wait for another's answer; then it goes to the app itself. */
  readonly waitTimeoutMs: number;
  readonly now: () => number;
  /** On to the app. */
  readonly pass: (visit: V) => void;
}

/** RFC 9211: ours comes last in the list, being closest to the client. */
const tell = (res: ServerResponse, status: string): void => {
  const others = res.getHeader("Cache-Status");
  res.setHeader("Cache-Status", others === undefined ? status : `${String(others)}, ${status}`);
};

/** Of all that is kept, one answer takes no more than this part. */
const shareOfOne = 4;

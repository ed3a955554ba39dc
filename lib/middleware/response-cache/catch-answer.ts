import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnswerHead } from "./answer-head.ts";
import type { Asked } from "./asked.ts";
import type { CacheVisit, Flight } from "./flights.ts";
import type { StoredAnswer } from "./stored-answer.ts";

/**
 * Stands under whatever the app puts over its answer (compression, sessions), and sees what is really sent. Shadows three
 * methods of this one answer with functions that all answers share; an answer that did not ask is let go with its head.
 */
export const createCatcher = <V extends CacheVisit>(listener: CatchListener<V>): Catcher<V> => {
  const kMiss = Symbol("dashd.miss");
  type Caught = ServerResponse & { [kMiss]?: Miss<V> };

  /** True: a kept answer was sent in place of an error, and what the app still writes is not for anybody. */
  const replaces = (miss: Miss<V>, status: number): boolean => {
    if (miss.state === "open" && miss.before !== null && errors.has(status) && !miss.res.headersSent) {
      // What is given is given past these hooks.
      miss.state = "passed";
      miss.state = listener.failed(miss, status) ? "replaced" : "open";
    }
    return miss.state === "replaced";
  };

  function writeHead(this: Caught, ...args: unknown[]): unknown {
    const miss = this[kMiss];
    if (miss === undefined) return this;
    if (miss.state === "open" && !this.headersSent) {
      const [status] = args;
      if (replaces(miss, typeof status === "number" ? status : this.statusCode)) return this;
      miss.state = listener.begins(miss, args);
    } else if (miss.state === "replaced") return this;
    return Reflect.apply(miss.writeHead, this, args);
  }

  function write(this: Caught, ...args: unknown[]): unknown {
    const miss = this[kMiss];
    if (miss === undefined || replaces(miss, this.statusCode)) return swallow(args);
    const result: unknown = Reflect.apply(miss.write, this, args);
    if (miss.state === "catching") add(miss, args);
    return result;
  }

  function end(this: Caught, ...args: unknown[]): unknown {
    const miss = this[kMiss];
    if (miss === undefined || replaces(miss, this.statusCode)) {
      swallow(args);
      return this;
    }
    if (miss.state === "passed") return Reflect.apply(miss.end, this, args);
    if (miss.state === "open") miss.inOnePiece = true;
    // RFC 9111, 3.3: half an answer is none. One who went away may have made the app stop in the middle.
    const isHeard = !this.destroyed && !this.req.socket.destroyed;
    const result: unknown = Reflect.apply(miss.end, this, args);
    if (miss.state === "catching") {
      add(miss, args);
      finish(miss, isHeard && !hasTrailers(this));
    }
    return result;
  }

  const add = (miss: Miss<V>, [chunk, encoding]: readonly unknown[]): void => {
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) return;
    // A copy: the app may use its buffer again.
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : Buffer.from(chunk);
    miss.size += bytes.length;
    miss.chunks.push(bytes);
    if (miss.size > listener.maxBytes) finish(miss, false);
  };

  const finish = (miss: Miss<V>, isWhole: boolean): void => {
    const { chunks } = miss;
    miss.state = "passed";
    miss.chunks = [];
    const said = miss.head?.lines.get("content-length")?.[0]?.[1];
    const isExact = said === undefined || Number(said) === miss.size || miss.head?.status === 304;
    listener.ended(miss, isWhole && isExact ? Buffer.concat(chunks) : null);
  };

  return {
    watch: (miss) => {
      const caught = miss.res as Caught;
      caught[kMiss] = miss;
      caught.writeHead = writeHead as ServerResponse["writeHead"];
      caught.write = write as ServerResponse["write"];
      caught.end = end as ServerResponse["end"];
    },
    of: (res) => (res as Caught)[kMiss],
  };
};

export interface Catcher<V extends CacheVisit> {
  watch(miss: Miss<V>): void;
  of(res: ServerResponse): Miss<V> | undefined;
}

interface CatchListener<V extends CacheVisit> {
  /** Largest answer that is kept. */
  readonly maxBytes: number;
  /** Its head is about to be sent. */
  begins(miss: Miss<V>, args: readonly unknown[]): "catching" | "passed";
  /** The app answers with an error where an older answer is known; true: that one was given. */
  failed(miss: Miss<V>, status: number): boolean;
  /** null: it was not whole, or is too large. */
  ended(miss: Miss<V>, body: Buffer | null): void;
}

/** An answer that the app is asked for. */
export class Miss<V extends CacheVisit> {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly key: string;
  /** As it came: routers change `req.url`. */
  readonly url: string;
  readonly startedAtMs: number;
  readonly before: StoredAnswer | null;
  readonly because: Because;
  readonly writeHead: ServerResponse["writeHead"];
  readonly write: ServerResponse["write"];
  readonly end: ServerResponse["end"];
  /** `replaced`: a kept answer went out in its place. */
  state: "open" | "catching" | "passed" | "replaced" = "open";
  flight: Flight<V> | null = null;
  inOnePiece = false;
  asked: Asked | null = null;
  head: AnswerHead | null = null;
  chunks: Buffer[] = [];
  size = 0;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    key: string,
    startedAtMs: number,
    before: StoredAnswer | null,
    because: Because,
  ) {
    this.req = req;
    this.res = res;
    this.key = key;
    this.url = req.url ?? "";
    this.startedAtMs = startedAtMs;
    this.before = before;
    this.because = because;
    this.writeHead = res.writeHead;
    this.write = res.write;
    this.end = res.end;
  }
}

/** RFC 9211, 2.2. */
export type Because = "uri-miss" | "vary-miss" | "stale" | "request";

const swallow = (args: readonly unknown[]): true => {
  const callback = args.find((arg): arg is () => void => typeof arg === "function");
  if (callback !== undefined) process.nextTick(callback);
  return true;
};

const hasTrailers = (res: ServerResponse): boolean => ((res as { readonly _trailer?: string })._trailer ?? "") !== "";

/** RFC 5861, 4. */
const errors = new Set([500, 502, 503, 504]);

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type CachePolicy from "http-cache-semantics";
import type { HeaderLine } from "./answer-head.ts";
import { isPlain, WholeText } from "./whole-text.ts";

/** One kept answer, ready to be given: its text is made once a second, with its Age. Times are of the monotonic clock. */
export class StoredAnswer {
  readonly status: number;
  readonly bytes: number;
  /** What its Vary names, and what the request it was made for said there. */
  readonly vary: readonly string[];
  readonly selecting: readonly string[];
  readonly policy: CachePolicy;
  readonly facts: AnswerFacts;
  readonly storedAtMs: number;
  /** When the next request may refresh it in the background. */
  refreshAtMs = 0;
  readonly #head: string[];
  readonly #shortHead: string[];
  readonly #etag: string | null;
  readonly #modifiedMs: number;
  readonly #text = new WholeText();
  #ageSec = -1;

  constructor(facts: AnswerFacts) {
    const { lines, body } = facts;
    const valueOf = (name: string): string | undefined => lines.find(([one]) => one.toLowerCase() === name)?.[1];
    this.facts = facts;
    this.status = facts.status;
    this.vary = facts.vary;
    this.selecting = facts.selecting;
    this.policy = facts.policy;
    this.storedAtMs = facts.storedAtMs;
    this.#etag = valueOf("etag") ?? null;
    this.#modifiedMs = Date.parse(valueOf("last-modified") ?? "");
    const length = facts.status === 204 ? [] : ["Content-Length", String(body.length)];
    this.#head = [...lines.flat(), ...length, "Age", "0", "Cache-Status"];
    const short = lines.filter(([name]) => keptIn304.has(name.toLowerCase()));
    this.#shortHead = [...short.flat(), "Age", "0", "Cache-Status"];
    this.bytes = body.length + 2 * lines.flat().join("").length + facts.selecting.join("").length + objectBytes;
  }

  ageMs(nowMs: number): number {
    return nowMs - this.facts.bornMs;
  }

  /** How long it is still fresh; negative where it is stale. */
  ttlMs(nowMs: number): number {
    return this.facts.lifeMs - (nowMs - this.facts.bornMs);
  }

  servesStale(nowMs: number): boolean {
    return this.ttlMs(nowMs) + this.facts.staleWhileRevalidateMs > 0;
  }

  servesOnError(nowMs: number): boolean {
    return this.ttlMs(nowMs) + this.facts.staleIfErrorMs > 0;
  }

  /** RFC 9111, 4.1: every header that Vary names has to be the same. */
  matches(headers: IncomingHttpHeaders): boolean {
    const { vary, selecting } = this;
    for (let i = 0; i < vary.length; i++) {
      if (selectingValue(headers, vary[i] ?? "") !== selecting[i]) return false;
    }
    return true;
  }

  /** The whole answer, its head alone for HEAD, or 304 where the client has it already. */
  give(req: IncomingMessage, res: ServerResponse, nowMs: number, how = "hit"): void {
    const ageSec = Math.max(0, Math.floor((nowMs - this.facts.bornMs) / 1000));
    if (ageSec !== this.#ageSec) this.#stamp(ageSec);
    const isShort = this.#isKnownTo(req.headers);
    if (isShort || req.method === "HEAD") {
      res.writeHead(isShort ? 304 : this.status, this.#told(isShort ? this.#shortHead : this.#head, how)).end();
      return;
    }
    const { status, facts } = this;
    if (this.#text.send(res, status, how)) return;
    const isUsual = facts.body.length <= asText && isPlain(res);
    res.writeHead(status, this.#told(this.#head, how));
    if (isUsual) this.#text.take(res, how, facts.body);
    // Node takes an empty one for a body, which an answer like 204 must not have.
    if (facts.body.length === 0) res.end();
    else res.end(facts.body);
  }

  #stamp(ageSec: number): void {
    this.#ageSec = ageSec;
    this.#text.forget();
    for (const head of [this.#head, this.#shortHead]) head[head.length - 2] = String(ageSec);
  }

  /** RFC 9211: of a stale one the ttl is negative. */
  #told(head: readonly string[], how: string): string[] {
    const ttlSec = Math.floor(this.facts.lifeMs / 1000) - this.#ageSec;
    return [...head, `dashd; ${how}; ttl=${ttlSec > 0 ? ttlSec : Math.min(-1, ttlSec)}; detail=memory`];
  }

  /** RFC 9110, 13.2.2: If-None-Match goes before If-Modified-Since; tags are compared weakly. */
  #isKnownTo(headers: IncomingHttpHeaders): boolean {
    const known = headers["if-none-match"];
    const since = headers["if-modified-since"];
    if ((known === undefined && since === undefined) || this.status !== 200) return false;
    if (known === undefined) return httpDate.test(since ?? "") && Date.parse(since ?? "") >= this.#modifiedMs;
    if (known.trim() === "*") return true;
    const own = this.#etag === null ? null : opaque(this.#etag);
    return own !== null && (known.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => opaque(tag) === own);
  }
}

export interface AnswerFacts {
  readonly status: number;
  /** As they are sent, without what belongs to one connection. */
  readonly lines: readonly HeaderLine[];
  readonly body: Buffer;
  readonly vary: readonly string[];
  readonly selecting: readonly string[];
  readonly policy: CachePolicy;
  readonly storedAtMs: number;
  /** When its age was 0. */
  readonly bornMs: number;
  readonly lifeMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
}

/** A header of a request as Vary compares it: without the blanks that mean nothing (RFC 9111, 4.1). */
export const selectingValue = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string => {
  const value = headers[name];
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : value.join(",");
  return `:${text.trim().replace(/\s*,\s*/g, ",")}`;
};

const opaque = (tag: string): string => tag.replace(/^W\//, "");

/** RFC 9110, 13.1.3: what is no HTTP-date is ignored. The form of asctime, which says no zone, is too. */
const httpDate = /^[A-Z][a-z]+, .+ GMT$/;

/** RFC 9110, 15.4.5. */
const keptIn304 = new Set(["cache-control", "content-location", "date", "etag", "expires", "vary"]);
/** A larger body goes out as it is, beside its head: to copy it into a text costs more than that saves. */
const asText = 16 * 1024;
/** What V8 and the shelf need around the bytes themselves, about. */
const objectBytes = 1_024;

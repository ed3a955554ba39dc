import { ServerResponse } from "node:http";

/**
 * A kept answer as the text that Node sent the first client of this second: who comes after is sent the same, head and body
 * in one write. To have Node make each head anew takes a quarter of a hit (`bench:cache`). Only for answers that Node would
 * make alike: nothing was set or wrapped before, and the connection stays. Parts of Node's http without a public name are
 * touched here and nowhere else in the cache; where one is not as known, no text is ever taken, and Node makes each head.
 */
export class WholeText {
  #text: string | null = null;
  #how = "";
  #keepAliveMs: unknown;
  #statusMessage = "";

  forget(): void {
    this.#text = null;
  }

  /** False where it has to be made for this client. */
  send(res: ServerResponse, status: number, how: string): boolean {
    const raw = res as RawResponse;
    if (this.#text === null || this.#how !== how || raw._keepAliveTimeout !== this.#keepAliveMs || !isPlain(raw))
      return false;
    res.statusCode = status;
    res.statusMessage = this.#statusMessage;
    // What is sent first of an answer is its head: here it is all of it.
    raw._header = this.#text;
    res.end();
    return true;
  }

  /** To be called between `writeHead` and `end` of an answer that was plain before them. */
  take(res: ServerResponse, how: string, body: Buffer): void {
    const { _header: head, _keepAliveTimeout: keepAliveMs } = res as RawResponse;
    if (typeof head !== "string" || !head.endsWith("\r\n\r\n")) return;
    // Every byte is a letter of latin1, in which Node sends a head.
    this.#text = head + body.toString("latin1");
    this.#how = how;
    this.#keepAliveMs = keepAliveMs;
    this.#statusMessage = res.statusMessage;
  }
}

/** Whether Node would make the same head of the same lines as for any other client. */
export const isPlain = (res: RawResponse): boolean =>
  res.shouldKeepAlive &&
  res.writeHead === writeHead &&
  res.end === end &&
  res.sendDate &&
  res._expect_continue !== true &&
  res._removedConnection !== true &&
  res.maxRequestsOnConnectionReached !== true &&
  !res._maxRequestsPerSocket &&
  res.getHeaderNames().length === 0;

// As they were before a program's tools wrapped them: what such a tool adds to a head must not be left out.
const { writeHead, end } = ServerResponse.prototype;

type RawResponse = ServerResponse & {
  _header?: string | null;
  readonly _keepAliveTimeout?: number;
  /** Is told to the client where there is one. */
  readonly _maxRequestsPerSocket?: number;
  readonly _expect_continue?: boolean;
  readonly _removedConnection?: boolean;
  readonly maxRequestsOnConnectionReached?: boolean;
};

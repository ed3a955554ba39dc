import assert from "node:assert/strict";
import { createAnswerParser } from "../client/answer-parser.ts";
import { openRaw, type RawClient } from "./raw-http.ts";
import { within } from "./until.ts";

/** One request, and what the program itself answers to it. */
export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  /** The whole body, or what it must contain. */
  readonly answer?: string | RegExp;
}

/**
 * Asks both ports the same and compares what came over the wire byte by byte: status line, headers in their order, body
 * with its chunks. Only `Date`, `Connection` and `Keep-Alive` may differ. Where the answer has an ETag, it is asked again
 * with it, and must be a 304.
 */
export const assertLikeStock = async ({ stockPort, port, asks, secure = false }: Comparison): Promise<void> => {
  const askBoth = async (ask: Ask): Promise<RawAnswer> =>
    compare(ask, ...(await Promise.all([askRaw(stockPort, ask, secure), askRaw(port, ask, secure)])));
  for (const ask of asks) {
    const answer = await askBoth(ask);
    const etag = /^etag: (.+)$/im.exec(answer.head)?.[1];
    if (etag === undefined || ask.status !== 200 || ask.method === "HEAD") continue;
    const headers = { ...ask.headers, "if-none-match": etag };
    await askBoth({ ...ask, headers, status: 304, answer: "" });
  }
};

interface Comparison {
  readonly stockPort: number;
  readonly port: number;
  readonly asks: readonly Ask[];
  readonly secure?: boolean;
}

const compare = (ask: Ask, stock: RawAnswer, ours: RawAnswer): RawAnswer => {
  const what = `${ask.method ?? "GET"} ${ask.path}`;
  assert.deepEqual(
    { head: headWithoutItsTime(ours.head), body: ours.body },
    { head: headWithoutItsTime(stock.head), body: stock.body },
    `${what} is answered as by plain node`,
  );
  const { status, body } = read(ours, ask.method === "HEAD");
  assert.equal(status, ask.status, what);
  if (typeof ask.answer === "string") assert.equal(body, ask.answer, what);
  else if (ask.answer !== undefined) assert.match(body, ask.answer, what);
  return ours;
};

interface RawAnswer {
  readonly head: string;
  readonly body: string;
}

const askRaw = async (port: number, ask: Ask, secure: boolean): Promise<RawAnswer> => {
  const { method = "GET", path, headers = {}, body = "" } = ask;
  const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries({ host: "localhost", connection: "close", ...length, ...headers });
  const client = openRaw(port, { secure });
  client.send(`${method} ${path} HTTP/1.1\r\n${lines.map((line) => `${line.join(": ")}\r\n`).join("")}\r\n${body}`);
  const over = method === "HEAD" ? client.closed() : Promise.race([client.closed(), wholeAnswer(client)]);
  await within(`the answer to ${method} ${path}`, 30_000, over);
  const text = client.text();
  client.socket.destroy();
  const end = text.indexOf("\r\n\r\n");
  assert.ok(end > 0, `${method} ${path}: ${JSON.stringify(text.slice(0, 200))}`);
  return { head: text.slice(0, end), body: text.slice(end + 4) };
};

/** Some answers say `Connection: keep-alive` whatever was asked for. */
const wholeAnswer = ({ socket }: RawClient): Promise<unknown> =>
  new Promise((resolve) => {
    const parser = createAnswerParser();
    socket.on("data", (chunk: Buffer) => {
      if (parser.add(chunk).state !== "more") resolve(null);
    });
  });

const headWithoutItsTime = (head: string): readonly string[] =>
  head.split("\r\n").filter((line) => !/^(date|connection|keep-alive):/i.test(line));

const read = ({ head, body }: RawAnswer, isHead: boolean): { readonly status: number; readonly body: string } => {
  const status = Number(head.split(" ", 2)[1]);
  if (isHead) {
    assert.equal(body, "");
    return { status, body };
  }
  const parser = createAnswerParser();
  const added = parser.add(Buffer.from(`${head}\r\n\r\n${body}`, "latin1"));
  const parsed = added.state === "more" ? parser.end() : added;
  assert.ok(parsed.state === "whole", `not a whole answer: ${head}`);
  return parsed.answer;
};

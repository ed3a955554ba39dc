import assert from "node:assert/strict";
import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { askedBy, wantedBy } from "../../../../lib/middleware/response-cache/asked.ts";
import type { HeaderLine } from "../../../../lib/middleware/response-cache/answer-head.ts";
import { isStorable } from "../../../../lib/middleware/response-cache/storable.ts";
import { goesPast } from "../../../../lib/middleware/response-cache/request-key.ts";
import { judge } from "../../../../lib/middleware/response-cache/judge.ts";
import type { InnerSocket } from "../../../../lib/middleware/response-cache/inner-request.ts";
import { createRefresher } from "../../../../lib/middleware/response-cache/refresher.ts";
import { createShelf } from "../../../../lib/middleware/response-cache/shelf.ts";
import { useOf } from "../../../../lib/middleware/response-cache/use.ts";
import type { StoredAnswer } from "../../../../lib/middleware/response-cache/stored-answer.ts";

describe("what an answer asks of the response cache", () => {
  it("asks only with public and s-maxage together, in any case, order and quoting", () => {
    for (const text of [
      "public, s-maxage=60",
      "S-MaxAge=60,PUBLIC",
      'max-age=0, public , s-maxage="60"',
      "public, s-maxage=60, s-maxage=60",
    ]) {
      assert.equal(askedBy(text)?.sMaxAgeSec, 60, text);
    }
  });

  it("does not ask with anything less, anything against it, or anything that cannot be read", () => {
    for (const text of [
      ...["", "public", "s-maxage=60", "max-age=60", "public, max-age=60", "public, s-maxage", "public, s-maxage=-1"],
      ...["public, s-maxage=1.5", "public, s-maxage=60, s-maxage=70", "public, s-maxage=60, no-store"],
      ...["public, s-maxage=60, private", 'public, s-maxage=60, private="set-cookie"', "public, s-maxage=60, No-Cache"],
      'public, s-maxage=60, no-cache="x, y"',
      'x="public, s-maxage=60"',
    ]) {
      assert.equal(askedBy(text), null, text);
    }
  });

  it("RFC 9111, 4.2.4: what must be revalidated is never given stale, whatever else it says", () => {
    const allowed = "public, s-maxage=1, stale-while-revalidate=9, stale-if-error=8";
    const { staleWhileRevalidateSec, staleIfErrorSec } = askedBy(allowed) ?? assert.fail();
    assert.deepEqual([staleWhileRevalidateSec, staleIfErrorSec], [9, 8]);
    for (const strict of ["must-revalidate", "proxy-revalidate"]) {
      const asked = askedBy(`${allowed}, ${strict}`) ?? assert.fail();
      assert.deepEqual([asked.staleWhileRevalidateSec, asked.staleIfErrorSec], [0, 0], strict);
    }
  });

  it("reads what a request wants, and Pragma only where Cache-Control is silent (5.4)", () => {
    assert.equal(wantedBy("no-store", undefined).noStore, true);
    assert.equal(wantedBy("max-age=5, min-fresh=3", undefined).maxAgeSec, 5);
    assert.equal(wantedBy("max-age=5, min-fresh=3", undefined).minFreshSec, 3);
    assert.equal(wantedBy("no-cache", undefined).maxAgeSec, 0);
    assert.equal(wantedBy(undefined, "no-cache").maxAgeSec, 0);
    assert.equal(wantedBy("max-age=9", "no-cache").maxAgeSec, 9);
  });
});

describe("what the response cache may keep at all", () => {
  const isKept = (lines: readonly HeaderLine[], status = 200): boolean =>
    isStorable({ status, lines: linesOf(lines) }, 1_000);

  it("keeps nothing that could be one client's own: Set-Cookie, Vary on Cookie or Authorization", () => {
    assert.equal(isKept([]), true);
    assert.equal(isKept([["Set-Cookie", "sid=1"]]), false);
    assert.equal(isKept([["Vary", "Cookie"]]), false);
    assert.equal(isKept([["Vary", "Accept, authorization"]]), false);
  });

  it("RFC 9111, 4.1: Vary: * never matches", () => {
    assert.equal(isKept([["Vary", "Accept, *"]]), false);
  });

  it("RFC 9111, 3: no status that is not understood, no part of a content", () => {
    for (const status of [100, 201, 206, 401, 403, 500, 503, 599]) assert.equal(isKept([], status), false, `${status}`);
    assert.equal(isKept([["Content-Range", "bytes 0-1/2"]]), false);
  });

  it("keeps no coding that not every client reads, unless it says so; no stream, no trailers, nothing too large", () => {
    assert.equal(isKept([["Content-Encoding", "gzip"]]), false);
    assert.equal(
      isKept([
        ["Content-Encoding", "gzip"],
        ["Vary", "Accept-Encoding"],
      ]),
      true,
    );
    assert.equal(isKept([["Content-Type", "text/event-stream"]]), false);
    assert.equal(isKept([["Trailer", "Digest"]]), false);
    assert.equal(isKept([["Content-Length", "1001"]]), false);
  });

  it("lets requests past whose answer the URL does not name", () => {
    assert.equal(goesPast({ cookie: "a=b", accept: "*/*" }), false);
    for (const name of ["authorization", "range", "if-match", "if-unmodified-since", "upgrade", "x-original-url"]) {
      assert.equal(goesPast({ [name]: "x" }), true, name);
    }
    assert.equal(goesPast({ "content-length": "2" }), true);
    assert.equal(goesPast({ "content-length": "0" }), false);
  });
});

describe("how long the response cache keeps an answer", () => {
  it("RFC 9111, 5.2.2.10: s-maxage goes before max-age and Expires", () => {
    const answer = kept({ lines: [["Expires", "Thu, 01 Jan 1970 00:00:00 GMT"]] });
    assert.equal(answer.ttlMs(0), 60_000);
  });

  it("RFC 9111, 4.2.3: the age it came with counts, whether Age or Date tells it", () => {
    assert.equal(kept({ lines: [["Age", "20"]] }).ageMs(0), 20_000);
    const date = new Date(wallMs - 30_000).toUTCString();
    assert.equal(kept({ lines: [["Date", date]] }).ageMs(0), 30_000);
    assert.equal(judged({ lines: [["Age", "60"]] }), null);
  });

  it("is fresh, then stale as long as it allows, then nothing", () => {
    const answer = kept({ cacheControl: "public, s-maxage=60, stale-while-revalidate=30, stale-if-error=50" });
    assert.equal(useOf(answer, null, 59_999), "fresh");
    assert.equal(useOf(answer, null, 60_000), "stale");
    assert.equal(useOf(answer, null, 90_000), "none");
    assert.equal(answer.servesOnError(109_999), true);
    assert.equal(answer.servesOnError(110_000), false);
  });

  it("lets a reload through to the app, but not twice within a second", () => {
    const reload = wantedBy("no-cache", undefined);
    assert.equal(useOf(kept({}), reload, 999), "fresh");
    assert.equal(useOf(kept({}), reload, 1_000), "none");
    assert.equal(useOf(kept({}), wantedBy("max-age=30", undefined), 20_000), "fresh");
    assert.equal(useOf(kept({}), wantedBy("min-fresh=30", undefined), 40_000), "none");
  });
});

describe("the refresh of a stale answer", () => {
  it("is one at a time, however long the app takes over it, and then a second apart", async () => {
    const sockets: InnerSocket[] = [];
    const refresher = createRefresher({ connect: (_visit, socket) => sockets.push(socket) > 0 });
    const req = Object.assign(new IncomingMessage(new Socket()), { url: "/", headers: {} });
    const visit = { req, res: new ServerResponse(req), waitFromMs: 0 };
    const found = kept({});
    const startedBy = (atMs: number): number => {
      assert.equal(refresher.refresh(visit, found, atMs), true);
      return sockets.length;
    };
    assert.equal(startedBy(60_000), 1);
    assert.equal(startedBy(120_000), 1);
    const [first = assert.fail()] = sockets;
    const over = once(first, "close");
    first.destroy();
    await over;
    assert.equal(startedBy(60_999), 1);
    assert.equal(startedBy(61_000), 2);
    sockets[1]?.destroy();
  });
});

describe("the shelf of kept answers", () => {
  const encodings = (one: string): StoredAnswer =>
    kept({ lines: [["Vary", "Accept-Encoding"]], headers: { "accept-encoding": one } });

  it("RFC 9111, 4.1: gives only what was kept for the same values of every header in Vary", () => {
    const shelf = createShelf({ maxBytes: 100_000, forgottenAtMs: 0 });
    const [gzip, none] = [encodings("gzip, br"), kept({ lines: [["Vary", "Accept-Encoding"]] })];
    shelf.put("k", "k", gzip, 1);
    assert.equal(shelf.find("k", {}), null);
    shelf.put("k", "k", none, 1);
    assert.equal(shelf.find("k", { "accept-encoding": "gzip,br" }), gzip);
    assert.equal(shelf.find("k", {}), none);
    assert.equal(shelf.find("k", { "accept-encoding": "gzip" }), null);
  });

  it("keeps a handful of variants, the newest", () => {
    const shelf = createShelf({ maxBytes: 100_000, forgottenAtMs: 0 });
    for (let i = 0; i < 20; i++) shelf.put("k", "k", encodings(`c${i}`), 1);
    const found = Array.from({ length: 20 }, (_, i) => shelf.find("k", { "accept-encoding": `c${i}` }) !== null);
    assert.deepEqual(found.lastIndexOf(false), 11);
  });

  it("never keeps more than its bytes; what was not asked for lately goes first", () => {
    const answer = kept({ body: "x".repeat(5_000) });
    const shelf = createShelf({ maxBytes: answer.bytes * 3 + 100, forgottenAtMs: 0 });
    for (const key of ["a", "b", "c"]) assert.equal(shelf.put(key, key, answer, 1), true);
    shelf.find("a", {});
    shelf.put("d", "d", answer, 1);
    assert.ok(shelf.bytes() <= answer.bytes * 3 + 100);
    assert.deepEqual(
      ["a", "b", "c", "d"].map((key) => shelf.has(key)),
      [true, false, true, true],
    );
  });

  it("keeps no answer that was begun before its page was changed", () => {
    const shelf = createShelf({ maxBytes: 100_000, forgottenAtMs: 0 });
    shelf.forget("k", 10);
    assert.equal(shelf.put("k", "k", kept({}), 9), false);
    assert.equal(shelf.put("k", "k", kept({}), 11), true);
    // However many pages changed since.
    shelf.forget("other", 20);
    for (let i = 0; i < 3_000; i++) shelf.forget(`k${i}`, 30);
    assert.equal(shelf.put("other", "other", kept({}), 19), false);
  });
});

const wallMs = Date.parse("2026-01-01T00:00:00Z");

const linesOf = (lines: readonly HeaderLine[]): ReadonlyMap<string, readonly HeaderLine[]> =>
  new Map(lines.map((line) => [line[0].toLowerCase(), [line]]));

interface Made {
  readonly cacheControl?: string;
  readonly lines?: readonly HeaderLine[];
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const judged = (made: Made): StoredAnswer | null => {
  const { cacheControl = "public, s-maxage=60", lines = [], headers = {}, body = "body" } = made;
  return judge({
    request: { method: "GET", url: "/", headers },
    head: { status: 200, lines: linesOf([["Cache-Control", cacheControl], ...lines]) },
    asked: askedBy(cacheControl) ?? assert.fail(),
    body: Buffer.from(body),
    nowMs: 0,
    wallMs,
  });
};

const kept = (made: Made): StoredAnswer => judged(made) ?? assert.fail("not kept");

import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { askAt, cachedServer } from "../../../support/cached-server.ts";
import { openRaw } from "../../../support/raw-http.ts";
import { until } from "../../../support/until.ts";

/** Nothing here takes seconds; a loaded machine may. */
const limit = { timeout: 60_000 };
const asks = "public, s-maxage=60";

describe("the response cache", () => {
  it("gives an answer that asked again without the app, byte by byte, with Age and Cache-Status", limit, async (t) => {
    const server = await cachedServer(t, (_, res) => {
      res.writeHead(200, { "Cache-Control": asks, "Content-Type": "text/plain", "X-Own": "1", ETag: '"a"' });
      res.write("häl");
      res.end(Buffer.from([0, 255, 128]));
    });
    const first = await server.ask("/page");
    assert.equal(first.cacheStatus, "dashd; fwd=uri-miss; ttl=60");
    server.pass(5_000);
    const again = await server.ask("/page");
    assert.equal(server.asked.length, 1);
    assert.equal(again.body, first.body);
    for (const name of ["content-type", "x-own", "etag", "cache-control", "date"]) {
      assert.equal(again.headers[name], first.headers[name], name);
    }
    assert.equal(again.headers["content-length"], String(first.body.length));
    assert.equal(again.headers["transfer-encoding"], undefined);
    assert.equal(again.headers.age, "5");
    assert.equal(again.cacheStatus, "dashd; hit; ttl=55; detail=memory");
  });

  it(
    "a hit is what Node made of it for another client, byte by byte, where Node would make the same for this one",
    limit,
    async (t) => {
      const before: Readonly<Record<string, (res: ServerResponse) => void>> = {
        set: (res) => res.setHeader("X-Client", "7"),
        wrapped: (res) => {
          const { writeHead } = res;
          res.writeHead = function (this: ServerResponse, ...args: unknown[]) {
            this.setHeader("X-Client", "7");
            return Reflect.apply(writeHead, this, args) as ServerResponse;
          };
        },
        leaving: (res) => {
          res.shouldKeepAlive = false;
        },
      };
      let last: (ServerResponse & { readonly _header?: string }) | null = null;
      const server = await cachedServer(
        t,
        (_, res) => {
          res.writeHead(203, { "Cache-Control": asks, "Content-Type": "text/plain; charset=utf-8" });
          res.end("häl\u{1F600}");
        },
        {
          before: ({ headers }, res) => {
            last = res;
            before[String(headers["x-before"])]?.(res);
          },
        },
      );
      await server.ask("/page");
      const told = async (head = "", version = "1.1"): Promise<string> => {
        const client = openRaw(server.port);
        client.send(`GET /page HTTP/${version}\r\nHost: 127.0.0.1:${server.port}\r\n${head}\r\n`);
        const [whole] = await client.until(/^[^]+\r\n\r\nh[^]{7}/);
        client.socket.destroy();
        return whole.replace(/Age: \d+/, "Age: n").replace(/ttl=\d+/, "ttl=n");
      };
      const usual = await told();
      assert.match(usual, /^HTTP\/1\.1 203 Non-Authoritative Information\r\n/);
      assert.ok(
        usual.endsWith("\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\nh\xc3\xa4l\xf0\x9f\x98\x80"),
      );
      const closing = usual.replace("Connection: keep-alive\r\nKeep-Alive: timeout=5", "Connection: close");
      const ownHead = (text: string): string => text.replace("X-Client: 7\r\n", "");
      for (const [head, version, expected] of [
        ["Accept: */*\r\n", "1.1", usual],
        ["Connection: close\r\n", "1.1", closing],
        ["", "1.0", closing],
        ["X-Before: leaving\r\n", "1.1", closing],
      ] as const) {
        assert.equal(await told(head, version), expected, head);
        assert.equal(await told(), usual, `after ${head}`);
      }
      for (const tool of ["set", "wrapped"]) {
        const theirs = await told(`X-Before: ${tool}\r\n`);
        assert.match(theirs, /\r\nX-Client: 7\r\n/);
        assert.deepEqual(ownHead(theirs).split("\r\n").toSorted(), usual.split("\r\n").toSorted());
        assert.equal(await told(), usual, `after ${tool}`);
      }
      assert.equal(server.asked.length, 1);
      await until("two in the same second", async () => {
        await told();
        return last?._header?.endsWith("\x98\x80");
      });
    },
  );

  it(
    "RFC 9211: tells what is left of an answer that came with an age, and of none that it is kept if it is not",
    limit,
    async (t) => {
      const answers: Readonly<Record<string, Record<string, string>>> = {
        "/young": { "Cache-Control": asks, Age: "20" },
        "/old": { "Cache-Control": asks, Age: "70" },
        "/zero": { "Cache-Control": "public, s-maxage=0" },
        "/spare": { "Cache-Control": `${asks}, stale-if-error=60`, Age: "70" },
      };
      const server = await cachedServer(t, ({ url = "" }, res) => {
        for (const [name, value] of Object.entries(answers[url] ?? {})) res.setHeader(name, value);
        res.end("body");
      });
      server.cache.take();
      assert.equal((await server.ask("/young")).cacheStatus, "dashd; fwd=uri-miss; stored; ttl=40");
      assert.equal((await server.ask("/old")).cacheStatus, "dashd; fwd=uri-miss; ttl=-10");
      assert.equal((await server.ask("/zero")).cacheStatus, "dashd; fwd=uri-miss; ttl=0");
      assert.equal((await server.ask("/spare")).cacheStatus, "dashd; fwd=uri-miss; stored; ttl=-10");
      assert.equal(server.cache.take().stored, 2);
    },
  );

  it("leaves an answer that did not ask alone: never kept, not a header more", limit, async (t) => {
    const server = await cachedServer(t, (req, res) => {
      res.setHeader("Cache-Control", decodeURIComponent(req.url ?? "").slice(2));
      res.end("own");
    });
    for (const said of [
      "no-cache",
      "public",
      "s-maxage=9",
      "public, max-age=9",
      "private, s-maxage=9",
      `${asks}, no-store`,
    ]) {
      const before = server.asked.length;
      const path = `/?${encodeURIComponent(said)}`;
      for (const { headers, cacheStatus } of [await server.ask(path), await server.ask(path)]) {
        assert.equal(cacheStatus, "", said);
        assert.equal(headers.age, undefined);
      }
      assert.equal(server.asked.length, before + 2, said);
    }
    assert.equal(server.cache.take().stored, 0);
  });

  it(
    "RFC 9111, 3.5: who sends Authorization gets nothing that is kept, and nothing he gets is kept",
    limit,
    async (t) => {
      const server = await cachedServer(t, (req, res) => {
        res.setHeader("Cache-Control", asks);
        res.end(`for ${req.headers.authorization ?? "anybody"}`);
      });
      const authorization = "Bearer alice";
      assert.equal((await server.ask("/", { authorization })).body, "for Bearer alice");
      assert.equal((await server.ask("/")).body, "for anybody");
      assert.equal((await server.ask("/", { authorization })).body, "for Bearer alice");
      assert.equal((await server.ask("/", { authorization: "Bearer bob" })).body, "for Bearer bob");
      assert.equal((await server.ask("/")).body, "for anybody");
      assert.equal(server.asked.length, 4);
    },
  );

  it("cookies: what sets one or varies by them is never kept; what asked is the same for all", limit, async (t) => {
    const server = await cachedServer(t, (req, res) => {
      res.setHeader("Cache-Control", asks);
      if (req.url === "/sets") res.setHeader("Set-Cookie", "sid=1");
      if (req.url === "/varies") res.setHeader("Vary", "Accept-Encoding, Cookie");
      res.end(`for ${req.headers.cookie ?? "nobody"}`);
    });
    for (const path of ["/sets", "/varies"]) {
      for (const cookie of ["user=alice", "user=bob"]) {
        assert.equal((await server.ask(path, { cookie })).body, `for ${cookie}`, path);
      }
    }
    await server.ask("/page", { cookie: "user=alice" });
    assert.equal((await server.ask("/page", { cookie: "user=bob" })).body, "for user=alice");
    assert.equal(server.asked.length, 5);
  });

  it("a session that is set only with the answer's head is seen, whoever wraps the answer", limit, async (t) => {
    const server = await cachedServer(t, (_, res) => {
      const { writeHead } = res;
      res.writeHead = function (this: ServerResponse, ...args: unknown[]) {
        this.setHeader("Set-Cookie", "sid=1");
        return Reflect.apply(writeHead, this, args) as ServerResponse;
      };
      res.setHeader("Cache-Control", asks);
      res.end("own");
    });
    await server.ask("/");
    await server.ask("/");
    assert.equal(server.asked.length, 2);
  });

  it("RFC 9111, 4.1: each variant of Vary is its own, codings as the app sent them", limit, async (t) => {
    const server = await cachedServer(t, (req, res) => {
      res.setHeader("Cache-Control", asks);
      res.setHeader("Vary", "Accept-Encoding");
      if (req.headers["accept-encoding"] === "gzip") res.setHeader("Content-Encoding", "gzip");
      // What an app does to its request is its own business.
      delete req.headers["accept-encoding"];
      res.end(res.hasHeader("Content-Encoding") ? "\u001F\u008B" : "plain");
    });
    await server.ask("/", { "accept-encoding": "gzip" });
    const plain = await server.ask("/");
    assert.equal(plain.cacheStatus, "dashd; fwd=vary-miss; stored; ttl=60");
    const zipped = await server.ask("/", { "accept-encoding": "gzip" });
    assert.equal(zipped.headers["content-encoding"], "gzip");
    assert.equal((await server.ask("/")).body, "plain");
    assert.equal(server.asked.length, 2);
  });

  it("RFC 9111, 2: the key is host, path and query, whatever a router does to the URL", limit, async (t) => {
    const server = await cachedServer(t, (req, res) => {
      const { url = "", headers } = req;
      req.url = "/";
      res.setHeader("Cache-Control", asks);
      res.end(`${headers.host} ${url} ${String(headers["x-forwarded-host"])}`);
    });
    const asked: [string, Record<string, string>][] = [
      ["/a", { host: "one" }],
      ["/a", { host: "two" }],
      ["/a?x=1", { host: "one" }],
      ["/a?x=2", { host: "one" }],
      ["/a", { host: "one", "x-forwarded-host": "evil" }],
    ];
    const bodies = [];
    for (const [path, headers] of [...asked, ...asked]) bodies.push((await server.ask(path, headers)).body);
    assert.deepEqual(bodies.slice(5), bodies.slice(0, 5));
    assert.equal(new Set(bodies).size, 5);
    assert.equal(server.asked.length, 5);
    assert.equal((await server.ask("/a", { host: "ONE" })).body, bodies[0]);
  });

  it(
    "RFC 9110, 13.2.2: answers 304 to who has it, by tag before date, with what a 304 must carry",
    limit,
    async (t) => {
      const modified = "Thu, 01 Jan 2026 00:00:00 GMT";
      const server = await cachedServer(t, (_, res) => {
        res.writeHead(200, { "Cache-Control": asks, ETag: 'W/"v1"', "Last-Modified": modified, Vary: "Accept" });
        res.end("body");
      });
      await server.ask("/");
      for (const headers of [
        { "if-none-match": '"v0", "v1"' },
        { "if-none-match": "*" },
        { "if-modified-since": modified },
        { "if-none-match": 'W/"v1"', "if-modified-since": "Wed, 31 Dec 2025 00:00:00 GMT" },
      ]) {
        const { status, body, headers: got } = await server.ask("/", headers);
        assert.deepEqual([status, body], [304, ""], JSON.stringify(headers));
        for (const name of ["cache-control", "date", "etag", "vary", "age"]) assert.ok(got[name] !== undefined, name);
      }
      for (const headers of [
        { "if-none-match": '"v2"', "if-modified-since": modified },
        { "if-modified-since": "Wed, 31 Dec 2025 00:00:00 GMT" },
        { "if-modified-since": "2030" },
      ]) {
        assert.equal((await server.ask("/", headers)).status, 200);
      }
      assert.equal(server.asked.length, 1);
    },
  );

  it("an answer without a body is kept and given like any other", limit, async (t) => {
    const server = await cachedServer(t, ({ url }, res) => {
      res.writeHead(url === "/none" ? 204 : 200, { "Cache-Control": asks }).end();
    });
    for (const [path, status, length] of [
      ["/none", 204, undefined],
      ["/empty", 200, "0"],
    ] as const) {
      await server.ask(path);
      for (const method of ["GET", "HEAD", "GET"]) {
        const answer = await server.ask(path, { connection: "keep-alive" }, method);
        assert.deepEqual([answer.status, answer.body, answer.headers["content-length"]], [status, "", length]);
      }
    }
    assert.equal(server.asked.length, 2);
  });

  it("HEAD is given from a kept GET, and never kept itself", limit, async (t) => {
    const server = await cachedServer(t, ({ method }, res) => {
      res.setHeader("Cache-Control", asks);
      res.end(method === "HEAD" ? undefined : "body");
    });
    await server.ask("/", {}, "HEAD");
    await server.ask("/");
    const head = await server.ask("/", {}, "HEAD");
    assert.deepEqual([head.status, head.body, head.headers["content-length"]], [200, "", "4"]);
    assert.match(head.cacheStatus, /; hit;/);
    assert.equal(server.asked.length, 2);
  });

  it("RFC 9111, 4.4: an unsafe request that went well invalidates its target and what it names", limit, async (t) => {
    const server = await cachedServer(t, (req, res) => {
      if (req.method === "GET") res.setHeader("Cache-Control", asks);
      else if (req.url === "/orders") res.setHeader("Location", "/orders/7?x=1");
      res.statusCode = req.url === "/fails" && req.method !== "GET" ? 409 : 200;
      res.end("body");
    });
    const isKept = async (path: string): Promise<boolean> => /; hit;/.test((await server.ask(path)).cacheStatus);
    for (const path of ["/a", "/orders/7?x=1", "/fails"]) await server.ask(path);
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      assert.equal(await isKept("/a"), true, method);
      await server.ask("/a", {}, method);
      assert.equal(await isKept("/a"), false, method);
    }
    await server.ask("/orders", {}, "POST");
    assert.equal(await isKept("/orders/7?x=1"), false);
    await server.ask("/fails", {}, "POST");
    assert.equal(await isKept("/fails"), true);
    await server.ask("/a", {}, "OPTIONS");
    assert.equal(await isKept("/a"), true);
  });

  it("an answer that was begun before a change is not kept after it", limit, async (t) => {
    const waiting: ServerResponse[] = [];
    const server = await cachedServer(t, (req, res) => {
      if (req.method === "POST") res.end();
      else waiting.push(res);
    });
    const first = server.ask("/");
    await until("the app to be asked", () => waiting.length === 1);
    await server.ask("/", {}, "POST");
    waiting[0]?.setHeader("Cache-Control", asks).end("old");
    await first;
    void server.ask("/").catch(() => undefined);
    await until("the app to be asked again", () => waiting.length === 2);
  });

  it("RFC 9111, 3.3: what is cut, aborted, too short or too large is never kept", limit, async (t) => {
    const server = await cachedServer(
      t,
      (req, res) => {
        res.setHeader("Cache-Control", asks);
        if (req.url === "/cut") {
          res.write("half");
          setImmediate(() => res.destroy());
        } else if (req.url === "/left") {
          res.write("half");
          // As an app does that asks whether anybody is still there.
          res.once("close", () => res.end());
        } else if (req.url === "/short") {
          res.setHeader("Content-Length", "100");
          res.end("half");
          res.destroy();
        } else for (let i = 0; i < 30; i++) res.write("x".repeat(1_000));
        if (req.url === "/large") res.end();
      },
      { maxBytes: 100_000 },
    );
    for (const path of ["/cut", "/short"]) await assert.rejects(server.ask(path), path);
    const leaves = openRaw(server.port);
    leaves.get("/left");
    await leaves.until(/half/);
    leaves.socket.destroy();
    assert.equal((await server.ask("/large")).body.length, 30_000);
    assert.equal((await server.ask("/large")).cacheStatus, "dashd; fwd=uri-miss; ttl=60");
    const { stored } = server.cache.take();
    assert.equal(stored, 0);
  });

  it(
    "of many requests for a page that asks, the app sees one; the others have their answer from it",
    limit,
    async (t) => {
      const waiting: ServerResponse[] = [];
      const server = await cachedServer(t, (_, res) => void waiting.push(res));
      const answerAll = (): void =>
        waiting.splice(0).forEach((res) => res.setHeader("Cache-Control", asks).end("body"));
      const first = server.ask("/page");
      await until("the app to be asked", () => waiting.length === 1);
      answerAll();
      await first;
      server.pass(61_000);
      const many = Array.from({ length: 50 }, () => server.ask("/page?other"));
      await until("the app to be asked", () => waiting.length === 1);
      await reached(server.port);
      assert.equal(server.asked.length, 2);
      answerAll();
      const answers = await Promise.all(many);
      assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set(["body"]));
      assert.equal(answers.filter(({ cacheStatus }) => cacheStatus.includes("; collapsed;")).length, 49);
      assert.equal(server.asked.length, 2);
    },
  );

  it("those who wait ask the app themselves when the answer turns out not to be for all", limit, async (t) => {
    const waiting: ServerResponse[] = [];
    const server = await cachedServer(t, (_, res) => void waiting.push(res));
    const first = server.ask("/page");
    await until("the app to be asked", () => waiting.length === 1);
    waiting[0]?.setHeader("Cache-Control", asks).end();
    await first;
    server.pass(61_000);
    const three = [server.ask("/page"), server.ask("/page"), server.ask("/page")];
    await until("the app to be asked", () => waiting.length === 2);
    await reached(server.port);
    waiting[1]?.setHeader("Cache-Control", "private").end("private 1");
    await until("the app to be asked by each", () => waiting.length === 4);
    waiting[2]?.end("private 2");
    waiting[3]?.end("private 3");
    const bodies = (await Promise.all(three)).map(({ body }) => body);
    assert.deepEqual(new Set(bodies), new Set(["private 1", "private 2", "private 3"]));
  });

  it("when the client that asks for all goes away, the next one asks; nobody waits for ever", limit, async (t) => {
    const waiting: ServerResponse[] = [];
    const server = await cachedServer(t, (_, res) => void waiting.push(res), { waitTimeoutMs: 1_000 });
    const first = server.ask("/page");
    await until("the app to be asked", () => waiting.length === 1);
    waiting[0]?.setHeader("Cache-Control", asks).end();
    await first;
    server.pass(61_000);
    const leaves = openRaw(server.port);
    leaves.get("/page");
    await until("the app to be asked", () => waiting.length === 2);
    const stays = server.ask("/page");
    const late = server.ask("/page");
    await reached(server.port);
    leaves.socket.destroy();
    await until("the app to be asked by the next", () => waiting.length === 3);
    server.pass(1_100);
    await until("the app to be asked by who waited too long", () => waiting.length === 4);
    for (const res of waiting.slice(2)) res.setHeader("Cache-Control", asks).end("body");
    assert.deepEqual([(await stays).body, (await late).body], ["body", "body"]);
  });

  it(
    "stale-while-revalidate: the stale one is given, marked, and brought up to date by a request of nobody",
    limit,
    async (t) => {
      let version = 1;
      const server = await cachedServer(t, (req, res) => {
        res.setHeader("Cache-Control", "public, s-maxage=10, stale-while-revalidate=60");
        res.setHeader("ETag", `"v${version}"`);
        if (req.headers["if-none-match"] === `"v${version}"`) {
          res.statusCode = 304;
          res.end();
        } else res.end(`version ${version}`);
      });
      await server.ask("/");
      const refreshed = async (count: number): Promise<void> => {
        await until("the refresh to be kept", () => server.cache.take().stored > 0);
        assert.equal(server.asked.length, count);
      };
      server.cache.take();
      server.pass(15_000);
      const stale = await server.ask("/", { cookie: "user=alice", "if-none-match": '"other"' });
      assert.deepEqual([stale.body, stale.headers.age], ["version 1", "15"]);
      assert.equal(stale.cacheStatus, "dashd; hit; ttl=-5; detail=memory");
      await refreshed(2);
      const { headers } = server.asked[1] ?? assert.fail();
      assert.deepEqual([headers["if-none-match"], headers.cookie], ['"v1"', undefined]);
      assert.equal((await server.ask("/")).cacheStatus, "dashd; hit; ttl=10; detail=memory");
      version = 2;
      server.pass(15_000);
      assert.equal((await server.ask("/")).body, "version 1");
      await refreshed(3);
      assert.equal((await server.ask("/")).body, "version 2");
    },
  );

  it(
    "where no connection of our own is taken, the first to find it stale asks, and only he waits",
    limit,
    async (t) => {
      const waiting: ServerResponse[] = [];
      const server = await cachedServer(t, (_, res) => void waiting.push(res), { connects: false });
      const answer = (body: string): unknown =>
        waiting.shift()?.setHeader("Cache-Control", "public, s-maxage=10, stale-while-revalidate=60").end(body);
      const first = server.ask("/");
      await until("the app to be asked", () => waiting.length === 1);
      answer("old");
      await first;
      server.pass(15_000);
      const asking = server.ask("/");
      await until("the app to be asked", () => waiting.length === 1);
      assert.equal((await server.ask("/")).body, "old");
      answer("new");
      assert.equal((await asking).body, "new");
    },
  );

  it(
    "stale-if-error: an error of the app is answered with the older one, marked, as long as that allows",
    limit,
    async (t) => {
      let status = 200;
      const server = await cachedServer(t, (req, res) => {
        if (status === 200) res.setHeader("Cache-Control", "public, s-maxage=10, stale-if-error=60");
        if (req.url === "/writes" && status !== 200) {
          res.writeHead(status, { "X-Trace": "secret" });
          res.write("Something");
        } else res.statusCode = status;
        res.end(" broke");
      });
      for (const path of ["/ends", "/writes"]) {
        status = 200;
        await server.ask(path);
        server.pass(15_000);
        status = 503;
        const answer = await server.ask(path);
        assert.deepEqual([answer.status, answer.body, answer.headers["x-trace"]], [200, " broke", undefined], path);
        assert.equal(answer.cacheStatus, "dashd; fwd=stale; fwd-status=503; ttl=-5; detail=memory");
        server.pass(60_000);
        assert.equal((await server.ask(path)).status, 503, path);
      }
    },
  );

  it(
    "a browser's copy does not keep the page from being kept: once its path asks, it is asked for whole",
    limit,
    async (t) => {
      const server = await cachedServer(t, (req, res) => {
        res.setHeader("Cache-Control", asks);
        res.setHeader("ETag", '"a"');
        res.statusCode = req.headers["if-none-match"] === '"a"' ? 304 : 200;
        res.end(res.statusCode === 304 ? undefined : "body");
      });
      const has = { "if-none-match": '"a"' };
      assert.equal((await server.ask("/", has)).status, 304);
      assert.equal((await server.ask("/", has)).body, "body");
      assert.equal((await server.ask("/", has)).status, 304);
      assert.equal((await server.ask("/")).body, "body");
      assert.equal(server.asked.length, 2);
    },
  );

  it("RFC 9111, 5.2.1.5: a request with no-store is passed on, and its answer not kept", limit, async (t) => {
    const server = await cachedServer(t, (_, res) => void res.setHeader("Cache-Control", asks).end());
    await server.ask("/", { "cache-control": "no-store" });
    await server.ask("/");
    await server.ask("/");
    assert.equal(server.asked.length, 2);
  });

  it("a range is the app's to answer, and its part is never kept", limit, async (t) => {
    const server = await cachedServer(t, (req, res) => {
      res.setHeader("Cache-Control", asks);
      res.statusCode = req.headers.range === undefined ? 200 : 206;
      res.end(req.headers.range ?? "whole");
    });
    assert.equal((await server.ask("/", { range: "bytes=0-1" })).status, 206);
    assert.equal((await server.ask("/")).body, "whole");
    assert.equal((await server.ask("/", { range: "bytes=0-1" })).status, 206);
  });
});

/** Whatever was sent before has been read by the server when this is answered by nobody but it. */
const reached = async (port: number): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await askAt(port, "/warm");
};

import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import express from "express";
import { admission, requestTimeout } from "../../../lib/index.ts";
import type { RawClient } from "../../support/raw-http.ts";
import { openRaw } from "../../support/raw-http.ts";

const limit = { timeout: 60_000 };

describe("the middlewares in an ordinary Express app", () => {
  const servers: Server[] = [];
  const clients: RawClient[] = [];
  after(() => {
    for (const { socket } of clients) socket.destroy();
    for (const server of servers) server.close();
  });

  const serve = async (...middlewares: readonly ReturnType<typeof admission>[]): Promise<App> => {
    const app = express();
    const waiting: ServerResponse[] = [];
    const events: string[] = [];
    for (const one of middlewares) app.use(one);
    app.get("/", (_, res) => void res.send("ok"));
    app.get("/wait", (req, res) => {
      waiting.push(res);
      const { signal } = req as unknown as { signal?: AbortSignal };
      if (signal !== undefined) {
        signal.addEventListener("abort", () => events.push(String(signal.reason.message)));
        assert.equal(res.locals["signal"], signal);
        res.locals["own"] = 1;
        assert.deepEqual(Object.keys(res.locals), ["own"]);
      }
      arrived();
    });
    let arrived = (): void => {};
    const server = app.listen(0);
    servers.push(server);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return {
      waiting,
      events,
      client: () => {
        const raw = openRaw(port);
        clients.push(raw);
        return raw;
      },
      occupy: async (raw) => {
        await new Promise<void>((resolve) => {
          arrived = resolve;
          raw.get("/wait");
        });
      },
    };
  };

  it("admission runs, queues in order of arrival, and sheds", limit, async () => {
    const app = await serve(admission({ requestsPerWorker: 1, queueMax: 2, waitTimeoutMs: 30_000, connections: 50 }));
    const [first, second, third, fourth] = [app.client(), app.client(), app.client(), app.client()];
    await app.occupy(first);
    second.get("/wait");
    third.get("/");
    fourth.get("/");
    const shed = await Promise.race([second.closed(), third.closed(), fourth.closed()]);
    assert.match(shed, /^HTTP\/1\.1 503 [^]*retry-after/i);
    const arrived = app.waiting.length;
    app.waiting[0]?.end("first");
    await first.until(/first/);
    assert.equal(arrived, 1);
  });

  it("admission lets one who waited too long go, and gives a freed slot to the next", limit, async () => {
    const app = await serve(admission({ requestsPerWorker: 1, queueMax: 2, waitTimeoutMs: 200, connections: 50 }));
    const first = app.client();
    await app.occupy(first);
    const second = app.client();
    second.get("/");
    assert.match(await second.closed(), /503[^]*"code":"busy"/);
    first.socket.destroy();
    const third = app.client();
    third.get("/");
    await third.until(/200 OK/);
  });

  it("admission refuses on connections beyond the limit", limit, async () => {
    const app = await serve(admission({ requestsPerWorker: 4, queueMax: 2, waitTimeoutMs: 200, connections: 1 }));
    const first = app.client();
    first.get("/");
    await first.until(/200 OK/);
    const second = app.client();
    second.get("/");
    assert.match(await second.closed(), /503[^]*too-many-connections/);
    first.socket.destroy();
    await first.closed();
  });

  it("request time-out answers 503 once, fires the signal, and makes late answers harmless", limit, async () => {
    const app = await serve(requestTimeout({ timeoutMs: 150 }));
    const raw = app.client();
    await app.occupy(raw);
    assert.match(await raw.closed(), /^HTTP\/1\.1 503 [^]*timed-out/);
    assert.deepEqual(app.events, ["timed-out"]);
    const [late] = app.waiting;
    assert.ok(late !== undefined);
    late.statusCode = 200;
    late.setHeader("X-Late", "1");
    late.writeHead(200, { "X-Late": "2" });
    assert.equal(late.write("late"), true);
    await new Promise<void>((resolve) => late.end("late", () => resolve()));
  });

  it("request time-out cuts an answer that has begun", limit, async () => {
    const app = await serve(requestTimeout({ timeoutMs: 300 }));
    const raw = app.client();
    await app.occupy(raw);
    app.waiting[0]?.write("begun");
    assert.match(await raw.closed(), /200 OK[^]*begun/);
  });

  it("both together: the time counts from the slot, not from the wait", limit, async () => {
    const app = await serve(
      admission({ requestsPerWorker: 1, queueMax: 1, waitTimeoutMs: 30_000, connections: 50 }),
      requestTimeout({ timeoutMs: 400 }),
    );
    const first = app.client();
    await app.occupy(first);
    const second = app.client();
    second.get("/");
    assert.match(await first.closed(), /timed-out/);
    await second.until(/200 OK[^]*ok/);
  });
});

interface App {
  readonly waiting: ServerResponse[];
  readonly events: string[];
  client(): RawClient;
  /** Sends a request that does not end by itself, and waits for it to run. */
  occupy(raw: RawClient): Promise<void>;
}

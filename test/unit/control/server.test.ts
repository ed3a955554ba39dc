import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync, statSync, writeFileSync, mkdirSync, symlinkSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { spawnSync } from "node:child_process";
import { createControlClient } from "../../../lib/control/client.ts";
import { DashdError } from "../../../lib/errors.ts";
import type { Progress } from "../../../lib/protocol/control.ts";
import { outcome, snapshot, startCanned, step, temporaryDir, token } from "./canned.ts";

describe("the unix socket", () => {
  test("answers its owner without a token, and is open to nobody else", async (t) => {
    const { paths } = await startCanned(t);
    assert.equal(statSync(paths.controlSocket).mode & 0o777, 0o600);
    assert.deepEqual(await createControlClient({ paths }).status(), snapshot());
  });

  test("replaces what a killed master left", async (t) => {
    const dir = temporaryDir(t);
    mkdirSync(join(dir, ".dashd"));
    const path = join(dir, ".dashd", "control.sock");
    // A process that ends by SIGKILL leaves its socket file behind.
    const code = `require("net").createServer().listen(${JSON.stringify(path)},()=>process.kill(process.pid,"SIGKILL"))`;
    spawnSync(process.execPath, ["-e", code]);
    assert.ok(existsSync(path));
    const { paths } = await startCanned(t, {}, { dir });
    assert.equal((await createControlClient({ paths }).status()).stage, 2);
  });

  test("never removes what is no socket", async (t) => {
    const dir = temporaryDir(t);
    mkdirSync(join(dir, ".dashd"));
    const path = join(dir, ".dashd", "control.sock");
    writeFileSync(path, "precious");
    await assert.rejects(startCanned(t, {}, { dir }), isError("E_HOME"));
    assert.ok(existsSync(path));
  });

  test("never takes a socket that somebody answers on, nor a link to one", async (t) => {
    const first = await startCanned(t);
    await assert.rejects(startCanned(t, {}, { dir: first.dir }), isError("E_HOME"));
    const dir = temporaryDir(t);
    mkdirSync(join(dir, ".dashd"));
    symlinkSync(first.paths.controlSocket, join(dir, ".dashd", "control.sock"));
    await assert.rejects(startCanned(t, {}, { dir }), isError("E_HOME"));
    assert.equal((await createControlClient({ paths: first.paths }).status()).stage, 2);
  });

  test("works behind a path that the kernel would cut", async (t) => {
    const dir = join(temporaryDir(t), "d".repeat(120));
    mkdirSync(dir);
    const { paths, server } = await startCanned(t, {}, { dir });
    assert.ok(existsSync(paths.controlSocket));
    assert.equal((await createControlClient({ paths }).status()).stage, 2);
    await server.close();
    assert.equal(existsSync(paths.controlSocket), false);
  });

  test("is gone after close, with clients still connected", async (t) => {
    const { paths, server } = await startCanned(t);
    const idle = connect(paths.controlSocket);
    await once(idle, "connect");
    const closed = once(idle.resume(), "close");
    await server.close();
    await closed;
    assert.equal(existsSync(paths.controlSocket), false);
  });
});

describe("the admin port", () => {
  test("refuses no token and a wrong one, logs it once, and takes the right one", async (t) => {
    const { server, warned } = await startCanned(t);
    for (const authorization of [undefined, "Bearer wrong", `Basic ${token}`, "Bearer"]) {
      const answer = await ask(`${server.adminUrl}/v1/status`, { headers: headersOf({ authorization }) });
      assert.equal(answer.status, 401);
      assert.match(String(answer.headers["www-authenticate"]), /^Bearer/);
      assert.ok(!answer.body.includes("stage"));
    }
    assert.deepEqual(
      warned.map(({ code }) => code),
      ["admin.refused"],
    );
    const answer = await ask(`${server.adminUrl}/v1/status`, { headers: bearer });
    assert.equal(answer.status, 200);
    assert.equal(JSON.parse(answer.body).stage, 2);
  });

  test("stops looking at tokens from an address that has guessed ten times", async (t) => {
    const { server } = await startCanned(t);
    const statuses: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 11; attempt++) {
      statuses.push((await ask(`${server.adminUrl}/v1/status`, { headers: { authorization: "Bearer no" } })).status);
    }
    assert.deepEqual([...new Set(statuses)], [401, 429]);
    assert.equal((await ask(`${server.adminUrl}/v1/status`, { headers: bearer })).status, 429);
    assert.equal((await ask(`${server.adminUrl}/healthz`)).status, 200);
  });

  test("answers only under its own names", async (t) => {
    const { server } = await startCanned(t);
    const { port } = new URL(server.adminUrl);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example", "[::2]", "a b"]) {
      const { status } = await ask(`${server.adminUrl}/v1/status`, { headers: { ...bearer, host } });
      assert.ok(status === 403 || status === 400, `${host}: ${status}`);
    }
    for (const host of ["localhost", `127.0.0.1:${port}`, "LOCALHOST:1", "[::1]"]) {
      assert.equal((await ask(`${server.adminUrl}/v1/status`, { headers: { ...bearer, host } })).status, 200, host);
    }
  });

  test("tells orchestrators about health without a token", async (t) => {
    let state = snapshot();
    const { server } = await startCanned(t, { status: () => state });
    const ready = async () => (await ask(`${server.adminUrl}/readyz`)).status;
    assert.equal((await ask(`${server.adminUrl}/healthz`)).status, 200);
    for (const held of ["held", "changing", "degraded"] as const) {
      state = snapshot({ state: held });
      assert.equal(await ready(), 200, held);
      state = snapshot({ state: held, workers: [] });
      assert.equal(await ready(), 503, `${held} without workers`);
    }
    for (const closed of ["starting", "draining"] as const) {
      state = snapshot({ state: closed });
      assert.equal(await ready(), 503, closed);
    }
  });

  test("sends strict headers with every answer", async (t) => {
    const { server } = await startCanned(t);
    for (const path of ["/", "/healthz", "/v1/status", "/nothing"]) {
      const { headers } = await ask(`${server.adminUrl}${path}`);
      assert.match(String(headers["content-security-policy"]), /default-src 'none'/, path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      assert.equal(headers["cache-control"], "no-store", path);
    }
  });

  test("takes a free port and says so when its default is in use", async (t) => {
    const port = await takenPort(t);
    const { server } = await startCanned(t, {}, { port, explicit: false });
    const instead = Number(new URL(server.adminUrl).port);
    assert.deepEqual(server.warnings, [{ code: "admin.port-taken", facts: { port, instead } }]);
    assert.equal((await ask(`${server.adminUrl}/healthz`)).status, 200);
  });

  test("refuses to start on a port that was named and is in use", async (t) => {
    const port = await takenPort(t);
    await assert.rejects(startCanned(t, {}, { port }), isError("E_PORT_IN_USE"));
    await assert.rejects(startCanned(t, {}, { host: "203.0.113.1" }), isError("E_ADDRESS"));
  });
});

describe("requests", () => {
  test("are refused with a reason when they are not what the API knows", async (t) => {
    const { server } = await startCanned(t);
    const change = async (body: unknown) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const answer = await ask(`${server.adminUrl}/v1/change`, { method: "POST", headers: bearer, body: text });
      return [answer.status, JSON.parse(answer.body).error?.code] as const;
    };
    const author = { by: "me", reason: null };
    for (const body of [
      "",
      "{",
      "[]",
      "null",
      { kind: "stage", ...author },
      { kind: "stage", stage: "2", ...author },
      { kind: "stage", stage: 0, ...author },
      { kind: "stage", stage: 2, workers: 4, ...author },
      { kind: "reload", reason: null },
      { kind: "reload", by: "x".repeat(501), reason: null },
      { kind: "rollback", to: -1, ...author },
      { kind: "explode", ...author },
      `{"__proto__": {"kind": "reload"}, "by": "me", "reason": null}`,
      "x".repeat(70_000),
    ]) {
      assert.deepEqual(await change(body), [400, "E_USAGE"], JSON.stringify(body).slice(0, 80));
    }
    assert.equal((await ask(`${server.adminUrl}/v1/nothing`, { headers: bearer })).status, 404);
    assert.equal((await ask(`${server.adminUrl}/v1/status`, { method: "DELETE", headers: bearer })).status, 405);
    assert.equal((await ask(`${server.adminUrl}/v1/change`, { headers: bearer })).status, 405);
    assert.equal((await ask(`${server.adminUrl}/constructor`, { headers: bearer })).status, 404);
  });

  test("that the master refuses arrive as its own error, before any step", async (t) => {
    const busy = new DashdError("E_BUSY", { what: "kind.stage", by: "you", since: "now" }, { hint: "dashd status" });
    const { paths } = await startCanned(t, { change: () => Promise.reject(busy) });
    await assert.rejects(collect(createControlClient({ paths }).change(reload)), (error: unknown) => {
      assert.ok(error instanceof DashdError);
      assert.deepEqual([error.code, error.facts, error.hint, error.exitCode], ["E_BUSY", busy.facts, busy.hint, 7]);
      return true;
    });
  });

  test("whose steps break in the middle still end with an outcome", async (t) => {
    const broken = async function* (): AsyncGenerator<Progress> {
      yield step();
      await Promise.resolve();
      throw new DashdError("E_CHANGE_FAILED", { kind: "kind.reload" });
    };
    const { paths } = await startCanned(t, { change: () => Promise.resolve(broken()) });
    const told = await collect(createControlClient({ paths }).change(reload));
    const last = told.at(-1);
    assert.equal(last?.type === "outcome" && last.exitCode, 3);
  });

  test("go on in the master when their client goes away", async (t) => {
    const events = new EventEmitter();
    const finished = once(events, "finished");
    const left = once(events, "left");
    const long = async function* (): AsyncGenerator<Progress> {
      yield step();
      await left;
      yield outcome();
      events.emit("finished", "to its end");
    };
    const { paths } = await startCanned(t, { change: () => Promise.resolve(long()) });
    for await (const one of createControlClient({ paths }).change(reload)) {
      assert.equal(one.type, "step");
      break;
    }
    events.emit("left");
    assert.deepEqual(await finished, ["to its end"]);
  });
});

describe("hostile clients", () => {
  test("get 400 or nothing for rubbish, and the next one is served", async (t) => {
    const { paths, server } = await startCanned(t);
    const { port } = new URL(server.adminUrl);
    for (const rubbish of ["\0\0\0\0", "GET\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", "A".repeat(100_000)]) {
      for (const where of [{ path: paths.controlSocket }, { port: Number(port), host: "127.0.0.1" }]) {
        const socket = connect(where);
        socket.on("error", () => undefined);
        socket.end(rubbish);
        assert.match(await readAll(socket), /^(HTTP\/1\.1 4\d\d |$)/);
      }
    }
    assert.equal((await createControlClient({ paths }).status()).stage, 2);
  });

  test("a thousand of them, idle, do not keep status from answering", async (t) => {
    const { paths } = await startCanned(t);
    const sockets: Socket[] = [];
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    for (let n = 0; n < 1000; n++) {
      const socket = connect(paths.controlSocket).on("error", () => undefined);
      sockets.push(socket);
      await once(socket, "connect");
      // libuv accepts one connection a turn, and client and server share this loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await createControlClient({ paths }).status()).stage, 2);
  });

  test("one that sends half a request is closed by itself", async (t) => {
    const { paths } = await startCanned(t);
    const socket = connect(paths.controlSocket);
    socket.write("GET /v1/status HTTP/1.1\r\nHos");
    assert.match(await readAll(socket), /^(HTTP\/1\.1 408 |$)/);
  });
});

const bearer = { authorization: `Bearer ${token}` };
const reload = { kind: "reload", by: "me", reason: null } as const;

const headersOf = ({ authorization }: { readonly authorization: string | undefined }) =>
  authorization === undefined ? {} : { authorization };

const isError = (code: string) => (error: unknown) => error instanceof DashdError && error.code === code;

const collect = async (progress: AsyncIterable<Progress>): Promise<readonly Progress[]> => {
  const all: Progress[] = [];
  for await (const one of progress) all.push(one);
  return all;
};

const readAll = async (socket: Socket): Promise<string> => {
  let text = "";
  socket.on("data", (chunk) => (text += String(chunk)));
  await once(socket, "close");
  return text;
};

const takenPort = async (t: TestContext): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ask = (url: string, { method = "GET", headers = {}, body = "" }: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

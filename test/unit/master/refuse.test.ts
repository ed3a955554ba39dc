import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { describe, it } from "node:test";
import { type Listener, listen } from "../../../lib/master/listener.ts";
import { createRefuser } from "../../../lib/master/refuse.ts";

const refusing = async (use: (port: number) => Promise<void>): Promise<void> => {
  const refuser = createRefuser();
  const listener: Listener = await listen({
    host: "127.0.0.1",
    port: 0,
    fd: null,
    accepted: (handle) => refuser.refuse(handle, 2),
    failed: (errno) => assert.fail(`accept failed: ${errno}`),
    ownerOf: () => null,
  });
  try {
    await use(listener.port);
  } finally {
    listener.close();
  }
};

const talk = async (port: number, words: string | Buffer): Promise<string> => {
  const socket = connect({ host: "127.0.0.1", port });
  let heard = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => (heard += chunk));
  await once(socket, "connect");
  socket.write(words);
  await once(socket, "end");
  socket.end();
  return heard;
};

describe("a refusal at the door", () => {
  it("is a complete 503 that says when to come back and that the connection ends", async () => {
    await refusing(async (port) => {
      const answer = await talk(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match(answer, /^HTTP\/1\.1 503 /);
      assert.match(answer, /\r\nRetry-After: \d+\r\n/);
      assert.match(answer, /\r\nConnection: close\r\n/);
      assert.match(answer, /"status":503/);
    });
  });

  it("is a page for a browser, and has no body for HEAD", async () => {
    await refusing(async (port) => {
      assert.match(await talk(port, "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n"), /<!doctype html>/);
      assert.ok((await talk(port, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")).endsWith("\r\n\r\n"));
    });
  });

  it("reaches every one of 200 clients that sent a request", async () => {
    await refusing(async (port) => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => talk(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")),
      );
      assert.equal(answers.filter((answer) => answer.startsWith("HTTP/1.1 503")).length, 200);
    });
  });

  it("closes a TLS client without a byte that it could not read", async () => {
    await refusing(async (port) => {
      assert.equal(await talk(port, Buffer.from([0x16, 3, 1, 0, 1])).catch(() => ""), "");
    });
  });
});

describe("the listener", () => {
  it("says which port it could not have, and who has it as far as it was told", async () => {
    const { createServer } = await import("node:net");
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    await assert.rejects(
      listen({
        host: "127.0.0.1",
        port,
        fd: null,
        accepted: () => {},
        failed: () => {},
        ownerOf: () => "pid 7 (node x)",
      }),
      { code: "E_PORT_IN_USE", facts: { host: "127.0.0.1", port, owner: "pid 7 (node x)" } },
    );
    taken.close();
  });
});

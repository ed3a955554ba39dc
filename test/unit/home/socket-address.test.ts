import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { longestSocketPathBytes, shortSocketPath } from "../../../lib/home/socket-address.ts";
import { scratchDir } from "../../support/scratch.ts";

test("a path that fits is taken as it is", () => {
  const path = `/${"x".repeat(longestSocketPathBytes - 1)}`;
  assert.equal(shortSocketPath(path, "/").address, path);
});

test("a longer path is named from the working folder where that is short", (t) => {
  const dir = join(scratchDir(t), "x".repeat(200));
  assert.equal(shortSocketPath(join(dir, "control.sock"), dir).address, "./control.sock");
});

test("length is counted in bytes, not letters", (t) => {
  const dir = join(scratchDir(t), "库".repeat(30));
  mkdirSync(dir);
  assert.ok(dir.length < 90);
  const { address, release } = shortSocketPath(join(dir, "control.sock"), "/");
  assert.ok(Buffer.byteLength(address) <= longestSocketPathBytes);
  release();
});

test(
  "sockets in deep folders are bound and reached from elsewhere, and no two are shared",
  { skip: process.platform !== "linux" && "needs /proc" },
  async (t) => {
    const dir = scratchDir(t);
    const homes = ["a", "b"].map((name) => join(dir, "d".repeat(120), "e".repeat(80), name));
    const servers = await Promise.all(
      homes.map(async (home, index) => {
        mkdirSync(home, { recursive: true });
        const bound = shortSocketPath(join(home, "control.sock"), "/");
        const server = createServer((socket) => socket.end(`server ${index}`)).listen(bound.address);
        await once(server, "listening");
        return { server, bound };
      }),
    );
    for (const [index, home] of homes.entries()) {
      assert.deepEqual(readdirSync(home), ["control.sock"]);
      const reached = shortSocketPath(join(home, "control.sock"), "/");
      const socket = connect(reached.address);
      const [answer]: unknown[] = await once(socket, "data");
      assert.equal(String(answer), `server ${index}`);
      reached.release();
      reached.release();
    }
    for (const [index, { server, bound }] of servers.entries()) {
      server.close();
      await once(server, "close");
      bound.release();
      assert.equal(existsSync(join(homes[index] ?? "", "control.sock")), false);
    }
  },
);

test("a deep folder that is not there is said", () => {
  assert.throws(() => shortSocketPath(`/nowhere/${"x".repeat(150)}/control.sock`, "/"), { code: "E_HOME" });
});

test("a socket name too long for any way is refused", (t) => {
  const dir = scratchDir(t);
  assert.throws(
    () => shortSocketPath(join(dir, "x".repeat(120)), "/"),
    (error: { facts?: { found?: string } }) => {
      assert.equal(error.facts?.found, "socket-path-too-long");
      return true;
    },
  );
});

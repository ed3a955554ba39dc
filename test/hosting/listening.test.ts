import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { after, afterEach, describe, it } from "node:test";
import type { AssignmentChange, MiniMaster, MiniWorker } from "../support/mini-master.ts";
import { createMiniMaster, program } from "../support/mini-master.ts";
import { quietPort } from "../support/quiet-port.ts";

/** Nothing here takes many seconds; a loaded machine may. */
const limit = { timeout: 60_000 };

describe("a program written without dashd", () => {
  const masters: MiniMaster[] = [];
  const dir = mkdtempSync(join(tmpdir(), "dashd-programs-"));
  afterEach(() => Promise.all(masters.splice(0).map((one) => one.close())));
  after(() => rmSync(dir, { recursive: true, force: true }));

  const host = async (
    app: string,
    args: readonly string[] = [],
    change: AssignmentChange = {},
  ): Promise<{ master: MiniMaster; worker: MiniWorker }> => {
    const master = await createMiniMaster({ app: program(app), args });
    masters.push(master);
    return { master, worker: master.fork(change) };
  };
  const body = async ({ url }: Pick<MiniMaster, "url">, path = "/"): Promise<string> =>
    (await fetch(url + path, { headers: { connection: "close" } })).text();
  const served = async (app: string, args: readonly string[] = [], change: AssignmentChange = {}) => {
    const hosted = await host(app, args, change);
    await hosted.worker.until("ready");
    return hosted;
  };
  const said = async (worker: MiniWorker): Promise<Record<string, unknown>> =>
    JSON.parse((await worker.untilOutput(/^\{.*\}$/m))[0]);

  it("may listen after an await, and is served when it does", limit, async () => {
    assert.equal(await body((await served("shapes.cjs", ["after-await"])).master), "after-await");
  });

  it("is not served from its export while it still connects to its database", limit, async () => {
    assert.equal(await body((await served("shapes.cjs", ["after-database"])).master), "connected");
  });

  it("is started once, though it also exports what starts it", limit, async () => {
    assert.deepEqual(JSON.parse(await body((await served("self-starting-factory.cjs")).master)), { built: 1 });
  });

  it("may ask for any port, for a host by its name, and for a port of its own", limit, async () => {
    for (const [shape, address] of [
      ["port-0", { address: "::", family: "IPv6", port: null }],
      ["named-host", { address: "127.0.0.1", family: "IPv4", port: 3000 }],
      ["exclusive", { address: "::", family: "IPv6", port: 3000 }],
    ] as const) {
      const { master, worker } = await served("shapes.cjs", [shape]);
      assert.deepEqual(await said(worker), { ...address, port: address.port ?? master.port }, shape);
      assert.equal(await body(master), shape);
    }
  });

  it("may listen on a path: a file is there for its chmod, and stays", limit, async () => {
    const file = join(dir, "app.sock");
    const { master, worker } = await served("shapes.cjs", ["path", file]);
    assert.deepEqual(await said(worker), { address: file, mode: "666" });
    assert.equal(await body(master), "path");
    const other = await served("shapes.cjs", ["readable-path", join(dir, "other.sock")]);
    assert.equal(await body(other.master), "readable-path");
    worker.drain("stop");
    assert.deepEqual(await worker.exit, { code: 0, signal: null });
    assert.ok(existsSync(file));
  });

  it("may listen on a descriptor that only its old supervisor had", limit, async () => {
    assert.equal(await body((await served("shapes.cjs", ["fd"])).master), "fd");
  });

  it("may close its server and listen with another", limit, async () => {
    assert.equal(await body((await served("shapes.cjs", ["again"])).master), "second");
  });

  it("is told that its own port is in use, as if it had taken it", limit, async () => {
    const { master, worker } = await served("shapes.cjs", ["port-taken"]);
    await worker.untilOutput(/listen".*\n/);
    assert.deepEqual(
      worker.output
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
      ["bind", "listen"].map((syscall) => ({ code: "EADDRINUSE", syscall, port: 3000 })),
    );
    assert.equal(await body(master), "first");
  });

  it("sees its server listen: event, callback, listening, getConnections", limit, async () => {
    const { worker } = await served("shapes.cjs", ["listening"]);
    const { told, count } = await said(worker);
    assert.deepEqual(told, ["early true", "event", "callback", "now true"]);
    assert.equal(count, 0);
  });

  it("serves though its server is unreferenced, and though it tells PM2 that it is ready", limit, async () => {
    assert.equal(await body((await served("shapes.cjs", ["unref"])).master), "unref");
    assert.equal(await body((await served("shapes.cjs", ["ready-word"])).master), "ready-word");
  });

  it("keeps its later servers for itself, and a warning names their ports", limit, async () => {
    const later = String(await quietPort());
    const { master, worker } = await served("shapes.cjs", ["several-ports", "3000", later]);
    assert.equal(await body(master), "metrics", "the first is the one");
    const { warning } = await worker.until("warning");
    assert.deepEqual(warning, { code: "W_SERVER_LEFT_ALONE", detail: later });
    assert.equal(await body({ url: `http://127.0.0.1:${later}` }), "shop");
  });

  it("has the server adopted whose port is named", limit, async () => {
    const metrics = String(await quietPort());
    const { master, worker } = await served("shapes.cjs", ["several-ports", metrics, "3000"], { adoptPort: 3000 });
    assert.equal(await body(master), "shop");
    assert.equal(await body({ url: `http://127.0.0.1:${metrics}` }), "metrics");
    const { warning } = await worker.until("warning");
    assert.deepEqual(warning, { code: "W_SERVER_LEFT_ALONE", detail: metrics });
  });

  it("sees itself as the main module, in every way that modules ask", limit, async () => {
    const common = JSON.parse(await body((await served("guards.cjs", ["a", "--b"])).master));
    assert.deepEqual(common, {
      ...{ main: true, parent: true, filename: true, id: true, process: true, script: true },
      argv: ["a", "--b"],
      cwd: process.cwd(),
    });
    const { master, worker } = await served("guards.mjs", ["a"]);
    const module = JSON.parse(await body(master));
    assert.deepEqual(module, {
      ...{ href: true, path: true, real: true, template: true, ends: true, main: true, filename: true },
      argv: ["a"],
      argv0: true,
    });
    worker.drain("stop");
    assert.deepEqual(await worker.exit, { code: 0, signal: null }, "whatever it calls itself");
  });

  for (const [word, heard] of [
    ["SIGTERM", "SIGTERM"],
    ["SIGINT", "SIGINT"],
    ["SIGINT+SIGTERM", "SIGTERM"],
    ["message", "shutdown"],
  ] as const) {
    it(`that stops on ${word} hears ${heard} once, at the end of a drain`, limit, async () => {
      const { master, worker } = await served("pm2.cjs", [word, "close"]);
      assert.equal(await body(master), "instance 0");
      worker.worker.process.kill("SIGINT");
      worker.worker.process.kill("SIGTERM");
      assert.equal(await body(master), "instance 0", "signals to the group are not for it");
      worker.drain("stop");
      await worker.exit;
      assert.deepEqual(worker.output.match(/stopping on \w+/g), [`stopping on ${heard}`]);
      assert.ok(worker.messages.some(({ type }) => type === "drained"));
    });
  }

  it("that ends itself when told to stop, or throws, has drained before", limit, async () => {
    for (const [how, code] of [
      ["exit", 3],
      ["throw", 1],
    ] as const) {
      const { worker } = await served("pm2.cjs", ["SIGINT", how]);
      worker.drain("change");
      assert.equal((await worker.exit).code, code);
      assert.deepEqual(
        worker.messages.map(({ type }) => type).filter((type) => type === "drained" || type === "failed"),
        ["drained"],
      );
    }
  });

  it("that forks with node:cluster is refused, with the line that does", limit, async () => {
    for (const [asks, call, line] of [
      ["isPrimary", "cluster.fork()", "15:77"],
      ["isMaster", "cluster.fork()", "15:77"],
      ["setup", "cluster.setupPrimary()", "6:31"],
    ] as const) {
      const { worker } = await host("forks.cjs", [asks]);
      const { failure } = await worker.until("failed");
      assert.deepEqual(
        { ...failure, stack: null },
        { reason: "own-cluster", message: call, place: `${program("forks.cjs")}:${line}`, stack: null },
      );
      assert.equal((await worker.exit).code, 1);
    }
    const { master } = await served("forks.cjs", ["lazy"]);
    assert.equal(await body(master), "cluster.fork()", "later it is an error like any other");
  });

  it("sees no cluster, while its other ports are shared by the workers as ever", limit, async () => {
    const ports = [await quietPort(), await quietPort()].map(String);
    const { master, worker } = await served("asks-cluster.mjs", ports);
    assert.deepEqual(JSON.parse(await body(master)), {
      isPrimary: [true, true],
      isWorker: [false, false],
      ...{ isMaster: true, worker: null, workers: {}, kept: true },
    });
    await worker.untilOutput(/bound/);
    const second = await master.ready();
    await second.untilOutput(/bound/);
    assert.equal(await body({ url: `http://127.0.0.1:${ports[0]}` }), "metrics");
  });

  it("has processes and threads of its own, which are none of dashd's", limit, async () => {
    const { master, worker } = await served("children.cjs");
    const { port, threadPort, execArgv, id } = JSON.parse(await body(master));
    assert.deepEqual([execArgv, id], [[], null]);
    assert.equal(await body({ url: `http://127.0.0.1:${port}` }), "child");
    assert.equal(await body({ url: `http://127.0.0.1:${threadPort}` }), "thread");
    worker.drain("stop");
    assert.deepEqual(await worker.exit, { code: 0, signal: null }, "it could end them");
  });

  for (const finder of ["detect-port", "get-port", "portfinder", "tcp-port-used", "http"]) {
    it(
      `that looks for a free port with ${finder} comes up with its own in sixteen workers at once`,
      limit,
      async () => {
        const master = await createMiniMaster({ app: program("probes.cjs"), args: [finder] });
        masters.push(master);
        const workers = Array.from({ length: 16 }, () => master.fork());
        await Promise.all(workers.map((one) => one.until("ready")));
        const answers: readonly { readonly port: number; readonly random: number }[] = await Promise.all(
          workers.map(async () => JSON.parse(await body(master))),
        );
        assert.deepEqual(new Set(answers.map(({ port }) => port)), new Set([3000]));
        assert.ok(answers.every(({ random }) => random !== master.port && random > 0));
        assert.ok(workers.every(({ messages }) => !messages.some(({ type }) => type === "warning")));
      },
    );
  }

  it("takes the port of a raw server when somebody listens to it after all", limit, async () => {
    const port = await quietPort();
    const { master } = await served("probes.cjs", ["heard-later", String(port)]);
    assert.equal(await body(master), "app");
    const [answer] = await once(connect(port, "127.0.0.1"), "data");
    assert.equal(String(answer), "raw");
  });

  it(
    "that keeps sessions in memory is told so when the first one is kept, where there are several workers",
    limit,
    async () => {
      const { master, worker } = await served("memory.cjs", [], { workers: 2 });
      await body(master);
      const polled = await body(master, "/socket.io/?EIO=4&transport=websocket");
      assert.match(polled, /Bad handshake|Transport unknown|error|message/i);
      assert.ok(!worker.messages.some(({ type }) => type === "warning"));
      await body(master, "/session");
      await body(master, "/session");
      await worker.until("warning", ({ warning }) => warning.code === "W_MEMORY_SESSIONS");
      await body(master, "/socket.io/?EIO=4&transport=polling");
      await worker.until("warning", ({ warning }) => warning.code === "W_POLLING");
      assert.equal(worker.messages.filter(({ type }) => type === "warning").length, 2, "once each");

      for (const change of [{ workers: 1 }, { workers: 2, sticky: "ip" }] as const) {
        const kept = await served("memory.cjs", [], change);
        await body(kept.master, "/session");
        await body(kept.master, "/socket.io/?EIO=4&transport=polling");
        await kept.worker.until("beat", ({ beat }) => beat.served >= 2);
        assert.ok(!kept.worker.messages.some(({ type }) => type === "warning"));
      }
    },
  );
});

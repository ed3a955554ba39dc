import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { MiniMaster, MiniWorker } from "../../support/mini-master.ts";
import { createMiniMaster, fixture } from "../../support/mini-master.ts";

/** Nothing here takes seconds; a loaded machine may. */
const limit = { timeout: 60_000 };

describe("a hosted app", () => {
  const masters: MiniMaster[] = [];
  after(() => Promise.all(masters.map((one) => one.close())));

  const host = async (
    app: string,
    args: readonly string[] = [],
  ): Promise<{ master: MiniMaster; worker: MiniWorker }> => {
    const master = await createMiniMaster({ app: fixture(app), args });
    masters.push(master);
    return { master, worker: master.fork() };
  };
  const body = async (master: MiniMaster, path = "/"): Promise<string> => (await fetch(master.url + path)).text();
  const failureOf = async (
    app: string,
  ): Promise<{ reason: string; message: string; place: string | null; code: number | null }> => {
    const { worker } = await host(app);
    const { failure } = await worker.until("failed");
    return { ...failure, code: (await worker.exit).code };
  };

  it("is a plain CommonJS Express program, run unmodified as the main module", limit, async () => {
    const { master, worker } = await host("plain-express.cjs", ["--own", "flag"]);
    await worker.until("ready");
    assert.equal(await body(master), `hello from ${worker.pid}`);
    const main = JSON.parse(await body(master, "/main"));
    assert.deepEqual(main, {
      isMain: true,
      argv: [process.execPath, fixture("plain-express.cjs"), "--own", "flag"],
      env: "production",
      instance: "0",
    });
    const { address, listening } = JSON.parse(await body(master, "/address"));
    assert.deepEqual(address, { address: "::", family: "IPv6", port: 3999 }, "as if it had the port it named");
    assert.equal(listening, true);
    assert.match(worker.output, /listening on 3999/, "its listen callback was called");
  });

  it("is a plain ES module Express program, run unmodified as the main module", limit, async () => {
    const { master, worker } = await host("plain-express.mjs");
    await worker.until("ready");
    assert.equal(await body(master), `hello from ${worker.pid}`);
    assert.equal(JSON.parse(await body(master, "/main")).isMain, true);
  });

  it("is a folder with a package.json that names its main", limit, async () => {
    const { master, worker } = await host("folder", ["a", "b"]);
    await worker.until("ready");
    assert.equal(await body(master), "folder a,b");
  });

  it("may listen in every form that names a TCP port, close, and listen again", limit, async () => {
    const { master, worker } = await host("listen-shapes.cjs");
    await worker.until("ready");
    await worker.untilOutput(/all forms done/);
    const lines = worker.output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
    const shown = lines.filter((line) => "chained" in line);
    assert.equal(shown.length, 10);
    for (const { form, chained, early, calledBack, listening, address } of shown) {
      assert.deepEqual({ form, chained, early, listening }, { form, chained: true, early: false, listening: true });
      assert.equal(calledBack, form.includes("callback"), form);
      const port = form === "nothing" || form === "callback" ? master.port : 3999;
      assert.deepEqual(
        address,
        form.includes("host") || form.includes("object")
          ? { address: "127.0.0.1", family: "IPv4", port }
          : { address: "::", family: "IPv6", port },
        form,
      );
    }
    assert.ok(lines.filter((line) => "gone" in line).every((line) => line.gone === false && line.address === null));
    assert.deepEqual(lines.slice(-2), [
      { form: "bad port", thrown: "ERR_SOCKET_BAD_PORT" },
      { form: "twice", thrown: "ERR_SERVER_ALREADY_LISTEN" },
    ]);
    assert.equal(await body(master), "ok");
  });

  it("keeps its other servers for itself: raw ones before, http ones after", limit, async () => {
    const { master, worker } = await host("two-servers.cjs");
    await worker.until("ready");
    assert.match(await body(master), /^first \d+$/);
    const [, port] = await worker.untilOutput(/second on (\d+)/);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), "second");
  });

  it("works when it puts other request listeners in front of its own", limit, async () => {
    const { master, worker } = await host("reshuffles.cjs");
    await worker.until("ready");
    assert.deepEqual([await body(master), await body(master, "/mine")], ["app", "mine"]);
    assert.equal(await body(master, "/healthz"), '{"state":"ok"}\n', "and the order in front of it still stands");
  });

  for (const [app, expected] of [
    ["exports-app.cjs", "exported app"],
    ["exports-handler.mjs", "exported handler"],
    ["exports-server.cjs", "exported server"],
    ["exports-default-object.cjs", "exported default"],
    ["exports-thenable.cjs", "exported thenable"],
  ] as const) {
    it(`may be an export: ${app}`, limit, async () => {
      const { master, worker } = await host(app);
      await worker.until("ready");
      assert.equal(await body(master), expected);
    });
  }

  it("may be a factory, which gets the context", limit, async () => {
    const { master, worker } = await host("exports-factory.mjs");
    await worker.until("ready");
    assert.deepEqual(JSON.parse(await body(master)), { stage: 1, slot: 1, leader: true, aborted: false, redis: null });
  });

  it("is served from its export while it has not listened, and from its own server once it has", limit, async () => {
    const { master, worker } = await host("listens-later.cjs");
    await worker.until("ready");
    assert.equal(await body(master), "export");
    worker.worker.send("connected");
    await worker.untilOutput(/listens at last/);
    assert.equal(await (await fetch(master.url, { headers: { connection: "close" } })).text(), "listened");
  });

  it("tells file and line of what it throws while loading", limit, async () => {
    for (const [app, message, line] of [
      ["throws.cjs", "TypeError: no database", "2:9"],
      ["throws.mjs", "no configuration", "2:7"],
      ["throws-later.cjs", "late but before listen", "2:9"],
      ["throws-after-listen.cjs", "listening, not ready", "2:7"],
      ["rejects.mjs", "refused", "2:16"],
      ["factory-throws.mjs", "factory failed", "3:9"],
      ["syntax-error.cjs", "SyntaxError: Unexpected token ';'", "2"],
      ["syntax-error.mjs", "SyntaxError: Unexpected token ';'", "2"],
    ] as const) {
      const failure = await failureOf(app);
      assert.deepEqual(
        { ...failure, stack: null },
        { reason: "threw", message, place: `${fixture(app)}:${line}`, stack: null, code: 1 },
        app,
      );
    }
  });

  it("tells who asked for a module that is not there", limit, async () => {
    assert.equal((await failureOf("missing-import.mjs")).place, fixture("missing-import.mjs"));
    assert.equal((await failureOf("missing-require.cjs")).place, `${fixture("missing-require.cjs")}:1:1`);
  });

  it("tells that it ended itself, and where", limit, async () => {
    const { message, place, code } = await failureOf("exits.cjs");
    assert.deepEqual(
      { message, place, code },
      { message: "process.exit(3)", place: `${fixture("exits.cjs")}:2:11`, code: 3 },
    );
  });

  it("is refused at once when there is nothing to serve", limit, async () => {
    for (const app of ["nothing.cjs", "nothing.mjs", "never-settles.mjs"]) {
      const { reason, code } = await failureOf(app);
      assert.deepEqual({ app, reason, code }, { app, reason: "nothing-to-serve", code: 1 });
    }
  });
});

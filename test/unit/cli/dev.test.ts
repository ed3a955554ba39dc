import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { colourEnvironment } from "../../../lib/cli/dev.ts";
import { askedInspector, inspectorFlag, openInspector } from "../../../lib/cli/inspector.ts";
import { DashdError } from "../../../lib/errors.ts";

const asked = (options: Readonly<Record<string, unknown>>, ...args: readonly string[]) =>
  askedInspector({ args, options });
const standard = { host: "127.0.0.1", port: 9229, breaks: false };

describe("the debugger's flags", () => {
  it("are read as Node reads them", () => {
    assert.deepEqual(asked({}, "a.js"), { typed: "a.js", inspector: null });
    assert.deepEqual(asked({ inspect: true }, "a.js"), { typed: "a.js", inspector: standard });
    assert.deepEqual(asked({ inspect: "9230" }).inspector, { ...standard, port: 9230 });
    assert.deepEqual(asked({ inspect: "0.0.0.0:9230" }).inspector, { ...standard, host: "0.0.0.0", port: 9230 });
    assert.deepEqual(asked({ inspectBrk: "[::1]:0" }).inspector, { host: "::1", port: 0, breaks: true });
  });

  it("give back the app that was typed behind them", () => {
    assert.deepEqual(asked({ inspect: "./server.js" }), { typed: "./server.js", inspector: standard });
    assert.throws(
      () => asked({ inspect: "host:99999" }, "a.js"),
      (error) => error instanceof DashdError && error.code === "E_USAGE",
    );
  });

  it("wait for the debugger without stopping in the worker's own entry", () => {
    assert.equal(inspectorFlag({ host: "::1", port: 9229, breaks: true }), "--inspect-wait=[::1]:9229");
    assert.equal(inspectorFlag(standard), "--inspect=127.0.0.1:9229");
  });

  it("get a port once for all restarts, and are refused one that is taken", async (t) => {
    const opened = await openInspector({ ...standard, port: 0 });
    assert.ok(opened.port > 0);
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await assert.rejects(
      openInspector({ ...standard, port }),
      (error) =>
        error instanceof DashdError && error.code === "E_PORT_IN_USE" && error.hint === "dashd dev --inspect=0",
    );
  });
});

describe("colours of a development run", () => {
  it("are those of the terminal, unless the environment says otherwise", () => {
    assert.deepEqual(colourEnvironment(8, {}), { FORCE_COLOR: "2" });
    assert.deepEqual(colourEnvironment(1, {}), {});
    assert.deepEqual(colourEnvironment(24, { FORCE_COLOR: "0" }), {});
  });
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import express, { Router } from "express";
import { classifyExport } from "../../../lib/worker/app-exports.ts";

describe("what a module exported", () => {
  const kindOf = (value: unknown): string => classifyExport(value).kind;

  it("is a handler: an Express app, a router, any function of two or more", () => {
    for (const value of [express(), Router(), (req: unknown, res: unknown) => [req, res]]) {
      assert.equal(kindOf(value), "handler");
    }
  });

  it("is a factory: a function of the context, or of nothing", () => {
    assert.equal(
      kindOf((context: unknown) => context),
      "factory",
    );
    assert.equal(
      kindOf(async () => express()),
      "factory",
    );
  });

  it("is a server, also inside a thenable framework that must not be awaited", () => {
    const server = createServer();
    assert.equal(kindOf(server), "server");
    assert.equal(kindOf({ server, then: () => assert.fail("awaited") }), "server");
  });

  it("may sit under `default`, once or twice", () => {
    assert.equal(kindOf({ default: express() }), "handler");
    assert.equal(kindOf({ default: { default: express() } }), "handler");
  });

  it("is nothing otherwise", () => {
    const endless: { default?: unknown } = {};
    endless.default = endless;
    for (const value of [undefined, null, {}, 1, "app", { app: express() }, endless])
      assert.equal(kindOf(value), "none");
  });
});

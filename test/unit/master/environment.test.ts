import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cleanEnvironment, modeWarnings } from "../../../lib/master/environment.ts";
import type { Development } from "../../../lib/master/options.ts";

const development: Development = {
  execArgv: [],
  inspector: null,
  environment: {},
  terminal: { out: () => undefined, err: () => undefined },
  production: "dashd start",
};

describe("the environment of workers", () => {
  it("loses the inspector's flags, and says which", () => {
    const env: NodeJS.ProcessEnv = { NODE_OPTIONS: "--inspect-brk=9230 --import tsx --inspect" };
    assert.equal(cleanEnvironment(env), "--inspect-brk=9230 --inspect");
    assert.equal(env["NODE_OPTIONS"], "--import tsx");
    assert.equal(cleanEnvironment(env), null);
  });

  it("is warned about where its mode is not what it says", () => {
    const codes = (env: NodeJS.ProcessEnv, mode: Development | null): readonly string[] =>
      modeWarnings(env, null, mode).map(({ code }) => code);
    assert.deepEqual(codes({ NODE_ENV: "development" }, null), ["warning.node-env"]);
    assert.deepEqual(codes({ NODE_ENV: "production" }, development), ["warning.dev-node-env"]);
    assert.deepEqual([...codes({}, null), ...codes({}, development), ...codes({ NODE_ENV: "staging" }, null)], []);
  });
});

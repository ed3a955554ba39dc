import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { createLineLogger } from "../../../lib/home/line-logger.ts";
import type { LogLine } from "../../../lib/protocol/log-line.ts";

const line = (message: string): LogLine => ({
  timestamp: "2026-11-26T22:00:00.000Z",
  ...{ level: "info", slot: null, stream: null, code: null, facts: {}, message },
});

const writtenBy = async (loadWinston?: Parameters<typeof createLineLogger>[1]): Promise<string> => {
  let text = "";
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const logger = createLineLogger(stream, loadWinston);
  logger.write(line("while it loads"));
  await new Promise((resolve) => setImmediate(resolve));
  logger.write(line("afterwards"));
  await logger.end();
  return text;
};

test("lines come out the same, in their order, where no descriptor is left to load winston with", async () => {
  const usual = await writtenBy();
  assert.deepEqual(
    usual
      .trim()
      .split("\n")
      .map((one) => (JSON.parse(one) as LogLine).message),
    ["while it loads", "afterwards"],
  );
  const emfile = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
  assert.equal(await writtenBy(() => Promise.reject(emfile)), usual);
});

import assert from "node:assert/strict";
import test from "node:test";
import { areWholeFrames } from "../../../lib/worker/whole-frames.ts";

const frame = (kind: number, length: number): Buffer => {
  const payload = Buffer.alloc(length, "x");
  if (length < 126) return Buffer.concat([Buffer.from([kind, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = kind;
  head[1] = length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
};

test("frames of every length, compressed, in parts and in a row are whole", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    assert.ok(areWholeFrames(frame(0x81, length)), `${length} bytes`);
  }
  const parts = [frame(0x01, 10), frame(0x89, 0), frame(0x80, 300)];
  assert.ok(areWholeFrames(Buffer.concat([...parts, frame(0xc2, 70_000)])));
});

test("nothing, half a frame at either end, a client's masked frame and other bytes are not", () => {
  const two = Buffer.concat([frame(0x81, 40), frame(0x82, 500)]);
  for (let cut = 1; cut < two.length; cut++) {
    if (cut !== 42) assert.ok(!areWholeFrames(two.subarray(0, cut)), `the first ${cut} bytes`);
  }
  assert.ok(!areWholeFrames(two.subarray(3)));
  assert.ok(!areWholeFrames(Buffer.alloc(0)));
  assert.ok(!areWholeFrames(Buffer.from([0x81, 0x80, 1, 2, 3, 4])));
  assert.ok(!areWholeFrames(Buffer.from("HTTP/1.1 101 Switching Protocols\r\n\r\n")));
  assert.ok(!areWholeFrames(frame(0x83, 1)));
});

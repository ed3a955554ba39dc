import type { FileHandle } from "node:fs/promises";

/** The lines of the first `size` bytes of a file, the last one first. What follows the last line end is a line as well. */
export async function* linesBackwards(handle: FileHandle, size: number): AsyncGenerator<string, void> {
  let tail: Buffer = Buffer.alloc(0);
  for (let end = size; end > 0; end -= blockBytes) {
    const start = Math.max(0, end - blockBytes);
    const block = Buffer.concat([await readBlock(handle, start, end), tail]);
    const from = start === 0 ? 0 : block.indexOf(lineEnd) + 1;
    if (start > 0 && from === 0) {
      tail = block;
      continue;
    }
    // What stands before the first line end may be the rest of a line that began in the block before.
    tail = block.subarray(0, from);
    yield* block
      .toString("utf8", from)
      .split("\n")
      .reverse()
      .filter((line) => line !== "");
  }
  yield* tail
    .toString("utf8")
    .split("\n")
    .reverse()
    .filter((line) => line !== "");
}

/** Just behind the last line end within the first `size` bytes; 0 where there is none. */
export const endOfLastLine = async (handle: FileHandle, size: number): Promise<number> => {
  for (let end = size; end > 0; end -= blockBytes) {
    const start = Math.max(0, end - blockBytes);
    const found = (await readBlock(handle, start, end)).lastIndexOf(lineEnd);
    if (found >= 0) return start + found + 1;
  }
  return 0;
};

const readBlock = async (handle: FileHandle, start: number, end: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
};

const lineEnd = 0x0a;
const blockBytes = 64 * 1024;

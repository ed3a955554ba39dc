/**
 * Whether these bytes, as a server wrote them, begin and end with a frame of RFC 6455: unmasked, of a known kind. Bytes
 * from within a frame pass for whole ones only by the rarest chance.
 */
export const areWholeFrames = (bytes: Buffer): boolean => {
  let at = 0;
  while (at < bytes.length) {
    const end = frameEnd(bytes, at);
    if (end === null) return false;
    at = end;
  }
  return bytes.length > 0 && at === bytes.length;
};

/** null: not a frame, or its head is not all there. */
const frameEnd = (bytes: Buffer, at: number): number | null => {
  const [kind = 0, size = masked] = bytes.subarray(at, at + 2);
  if ((kind & reserved) !== 0 || !kinds.has(kind & kindMask) || (size & masked) !== 0) return null;
  if (size < size16) return at + 2 + size;
  const head = size === size16 ? 4 : 10;
  if (at + head > bytes.length) return null;
  return at + head + (head === 4 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2)));
};

/** RSV1 is set by compression; the other two mean nothing that is in use. */
const reserved = 0x30;
const kindMask = 0x0f;
/** Continuation, text, binary; close, ping, pong. */
const kinds: ReadonlySet<number> = new Set([0, 1, 2, 8, 9, 10]);
const masked = 0x80;
const size16 = 126;

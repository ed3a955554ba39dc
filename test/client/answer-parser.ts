/** An HTTP/1.1 answer, read as it comes: `Content-Length`, chunked, or up to the end of the connection. */
export const createAnswerParser = (): AnswerParser => {
  let bytes: Buffer = Buffer.alloc(0);
  let head: Head | null = null;

  const parse = (ended: boolean): Parsed => {
    if (head === null) {
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) return { state: bytes.length > MAX_HEAD_BYTES ? "garbage" : "more" };
      head = readHead(bytes.toString("latin1", 0, end));
      if (head === null) return { state: "garbage" };
      bytes = bytes.subarray(end + HEAD_END.length);
    }
    const body = readBody(head, bytes, ended);
    return body === null ? { state: "more" } : { state: "whole", answer: { ...head, body } };
  };

  return {
    add: (chunk) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      return parse(false);
    },
    end: () => parse(true),
    started: () => head !== null || bytes.length > 0,
  };
};

export interface AnswerParser {
  add(chunk: Buffer): Parsed;
  /** The connection has ended: whole only if the answer says no length. */
  end(): Parsed;
  started(): boolean;
}

export type Parsed =
  | { readonly state: "more" }
  | { readonly state: "garbage" }
  | { readonly state: "whole"; readonly answer: Head & { readonly body: string } };

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const MAX_HEAD_BYTES = 65_536;
const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

const readHead = (text: string): Head | null => {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return null;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers: new Map(headers) };
};

const readBody = (head: Head, bytes: Buffer, ended: boolean): string | null => {
  if (NO_BODY.has(head.status)) return "";
  if (head.headers.get("transfer-encoding")?.toLowerCase() === "chunked") return readChunks(bytes);
  const length = head.headers.get("content-length");
  if (length === undefined) return ended ? bytes.toString() : null;
  return bytes.length < Number(length) ? null : bytes.toString("utf8", 0, Number(length));
};

const readChunks = (bytes: Buffer): string | null => {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const start = lineEnd + 2;
    if (bytes.length < start + size + 2) return null;
    if (size === 0) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
};

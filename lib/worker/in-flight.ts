import type { IncomingMessage } from "node:http";
import { traceIdOf } from "../middleware/traceparent.ts";
import type { RequestInFlight } from "../protocol/black-box.ts";
import { longestPath } from "../protocol/black-box.ts";

/**
 * The requests that the app has at this moment, in memory that the watchdog's thread can read while the main loop is
 * blocked. One costs about 70 ns of CPU, whatever the length of its path (TRAPS 59: 145–235 over diagnostics_channel); one
 * with a trace 300 more.
 */
export interface InFlightTable {
  readonly memory: SharedArrayBuffer;
  begin(visit: Tabled): void;
  end(visit: Tabled): void;
  read(): InFlightRead;
}

export interface Tabled {
  readonly req: Pick<IncomingMessage, "method" | "url" | "headers">;
  /** Of `performance.now()` on the main thread. */
  readonly slotAtMs: number;
  /** Where it stands in the table; 0: it does not. */
  row: number;
}

export interface InFlightRead {
  /** Oldest first. */
  readonly requests: readonly RequestInFlight[];
  /** Beyond the rows of the table. */
  readonly more: number;
}

export const createInFlightTable = (now: () => number): InFlightTable => {
  const memory = new SharedArrayBuffer((rows + 1) * rowBytes);
  const bytes = Buffer.from(memory);
  const begunAtMs = new Float64Array(memory);
  const numbers = new Int32Array(memory);
  const free = Array.from({ length: rows }, (_, index) => rows - index);
  let beyond = 0;
  return {
    memory,
    begin: (visit) => {
      const row = free.pop();
      if (row === undefined) {
        visit.row = beyondRow;
        numbers[0] = ++beyond;
        return;
      }
      visit.row = row;
      const { method = "", url = "" } = visit.req;
      const at = row * rowBytes;
      begunAtMs[at / 8] = visit.slotAtMs;
      const traceId = traceIdOf(visit.req);
      const number = numberOf.get(method) ?? otherMethod;
      numbers[at / 4 + 2] = traceId === null ? number : number + traced;
      if (traceId !== null) bytes.write(traceId, at + traceAt, "hex");
      numbers[at / 4 + 3] = bytes.write(url, at + pathAt, longestPath, "latin1") + 1;
    },
    end: (visit) => {
      const { row } = visit;
      if (row === 0) return;
      visit.row = 0;
      if (row === beyondRow) {
        numbers[0] = --beyond;
        return;
      }
      numbers[(row * rowBytes) / 4 + 3] = 0;
      free.push(row);
    },
    read: () => readInFlight(memory, now()),
  };
};

/** From any thread; `nowMs` is `performance.now()` of the main one. */
export const readInFlight = (memory: SharedArrayBuffer, nowMs: number): InFlightRead => {
  // A copy: what another thread may be writing is read once.
  const bytes = Buffer.from(new Uint8Array(memory));
  const requests: RequestInFlight[] = [];
  for (let at = rowBytes; at < bytes.length; at += rowBytes) {
    const length = bytes.readInt32LE(at + 12) - 1;
    if (length < 0) continue;
    const number = bytes.readInt32LE(at + 8);
    const isTraced = number >= traced + otherMethod;
    const method = methods[isTraced ? number - traced : number] ?? otherName;
    const path = shownPath(bytes.toString("latin1", at + pathAt, at + pathAt + length));
    const request = { method, path, ageMs: Math.max(0, Math.round(nowMs - bytes.readDoubleLE(at))) };
    requests.push(isTraced ? { ...request, traceId: bytes.toString("hex", at + traceAt, at + rowBytes) } : request);
  }
  requests.sort((one, other) => other.ageMs - one.ageMs);
  return { requests, more: bytes.readInt32LE(0) };
};

/** A query may hold anything, and so may the authority of an absolute target. */
export const shownPath = (target: string): string => {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is.exec(target)?.[1] ?? target;
  return path.replace(/[?#].*$/s, "");
};

/** A method is a client's own word: only those of a standard are repeated. */
export const shownMethod = (method: string): string => (numberOf.has(method) ? method : otherName);

/** A worker runs a handful at once; long answers that left their slot are among them too. */
const rows = 64;
const beyondRow = -1;
/** As numbers: a text would cost as much as the path. Spelled out, since the thread is not to load node:http. */
const methods = [
  ...["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY", "SEARCH", "PURGE"],
  ...["PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SUBSCRIBE", "UNSUBSCRIBE"],
];
const numberOf: ReadonlyMap<string, number> = new Map(methods.map((method, index) => [method, index]));
const otherMethod = -1;
const otherName = "other";
const pathAt = 16;
const traceAt = pathAt + longestPath;
/** When it began (8), its method (4), the length of its path and 1 (4), its path, its trace (16); a multiple of 8. */
const rowBytes = traceAt + 16;
/** Is added to the number of its method where a request has a trace: what else lies there is an earlier one's. */
const traced = 1_000;

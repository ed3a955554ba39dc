import { Socket } from "node:net";
import type { RawHandle } from "../protocol/raw-handle.ts";

/** Turns clients away at the door, politely and in bounded time and number. */
export interface Refuser {
  refuse(handle: RawHandle, retryAfterSec: number): void;
  /** Clients being told right now. */
  pending(): number;
}

export const createRefuser = (): Refuser => {
  let pending = 0;
  return {
    pending: () => pending,
    refuse: (handle, retryAfterSec) => {
      if (pending >= refusalsAtOnce) {
        handle.close();
        return;
      }
      pending += 1;
      refusePolitely(handle, retryAfterSec, () => {
        pending -= 1;
      });
    },
  };
};

/**
 * Reads a little to know what the client would like (and never as TLS: such a client is closed without bytes), answers
 * 503, and keeps reading until the client closes: a `destroy()` would show as ECONNRESET and hide the answer (TRAPS 29).
 */
const refusePolitely = (handle: RawHandle, retryAfterSec: number, done: () => void): void => {
  const socket = new Socket({ handle } as object);
  let head = "";
  let answered = false;
  const answer = (): void => {
    if (answered) return;
    answered = true;
    clearTimeout(readTimer);
    if (head.charCodeAt(0) === tlsHandshakeByte) {
      socket.destroy();
      return;
    }
    socket.end(response(head, retryAfterSec));
  };
  const readTimer = setTimeout(answer, readForMs);
  const lingerTimer = setTimeout(() => socket.destroy(), readForMs + lingerMs);
  socket.on("data", (chunk) => {
    if (answered) return;
    head += chunk.toString("latin1");
    if (head.length >= readAtMostBytes || head.includes("\r\n\r\n")) answer();
  });
  socket.on("end", answer);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(readTimer);
    clearTimeout(lingerTimer);
    done();
  });
};

/** The body of a 503 in the form the client asked for. */
const refusalBody = (wantsHtml: boolean): { readonly type: string; readonly body: string } =>
  wantsHtml
    ? {
        type: "text/html; charset=utf-8",
        body: '<!doctype html><meta charset="utf-8"><title>503</title><h1>Busy 服务繁忙</h1><p>All places are taken, please try again in a moment. 当前访问人数已满，请稍后重试。</p>\n',
      }
    : { type: "application/json", body: '{"error":"busy","status":503}\n' };

const response = (head: string, retryAfterSec: number): string => {
  const { type, body } = refusalBody(/^accept:[^\r\n]*text\/html/im.test(head));
  const isHead = head.startsWith("HEAD ");
  return [
    "HTTP/1.1 503 Service Unavailable",
    `Retry-After: ${retryAfterSec}`,
    "Connection: close",
    "Cache-Control: no-store",
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    isHead ? "" : body,
  ].join("\r\n");
};

const readAtMostBytes = 8 * 1024;
const readForMs = 100;
/** Long enough for the answer to reach a slow client (TRAPS 29). */
const lingerMs = 1_000;
/** Each costs a descriptor for about a second; beyond this the client is closed without words. */
const refusalsAtOnce = 512;
const tlsHandshakeByte = 0x16;

import type { IncomingMessage } from "node:http";
import { ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { StreamAnswer } from "./http2-exchange.ts";
import { answerOnStream, streamOf } from "./http2-stream.ts";

/**
 * Answers in the app's place, politely: complete, `Connection: close` (over HTTP/1), JSON or a small page as the client
 * prefers.
 */
export const refuse = (req: IncomingMessage, res: ServerResponse, refusal: Refusal): void => {
  if (res.headersSent || res.writableEnded) return;
  const page = wantsHtml(req.headers.accept) ? html(refusal) : json(refusal);
  const headers = {
    "Content-Type": page.type,
    "Content-Length": Buffer.byteLength(page.text),
    "Cache-Control": "no-store",
    ...(refusal.status === 503 ? { "Retry-After": String(retryAfterSec) } : {}),
  };
  const stream = streamOf(req);
  if (stream !== null) {
    // Over HTTP/2 the connection stays: only this one of its streams is refused.
    // The app's object for it, if there is one yet, is what is read afterwards.
    if (!(res instanceof StreamAnswer)) res.statusCode = refusal.status;
    answerOnStream(stream, refusal.status, headers, page.text);
    return;
  }
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  res.shouldKeepAlive = false;
  if (hasBody(req)) lingerOnClose(req.socket);
  // The prototype's own: what a middleware put over them (compression, sessions) must not touch this answer.
  writeHead.call(res, refusal.status, { ...headers, Connection: "close" });
  end.call(res, page.text, "utf8");
};

export type Refusal =
  | { readonly status: 400; readonly code: "bad-request" }
  | { readonly status: 502; readonly code: "upstream-down" }
  | { readonly status: 503; readonly code: "busy" | "too-many-connections" | "timed-out" };

/** When a browser or a client should ask again. */
const retryAfterSec = 2;

const { writeHead, end } = ServerResponse.prototype;

const wantsHtml = (accept: string | undefined): boolean =>
  accept !== undefined && accept.includes("text/html") && !accept.startsWith("application/json");

const json = ({ status, code }: Refusal): Page => ({
  type: "application/json; charset=utf-8",
  text: `${JSON.stringify({ error: { status, code } })}\n`,
});

const html = ({ status }: Refusal): Page => ({
  type: "text/html; charset=utf-8",
  text:
    `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${status} ${STATUS_CODES[status] ?? ""}</title><style>body{font:16px/1.5 system-ui,sans-serif;` +
    `margin:20vh auto;max-width:32rem;padding:0 1rem;color-scheme:light dark}</style></head>` +
    `<body><h1>${status}</h1><p>${sentences[status]}</p></body></html>\n`,
});

const sentences = {
  400: "The request could not be understood.<br>无法理解该请求。",
  502: "The server behind this one does not answer. Please try again in a moment.<br>后端服务器没有应答，请稍后再试。",
  503: "The server is busy. Please try again in a moment.<br>服务器繁忙,请稍后再试。",
} as const;

interface Page {
  readonly type: string;
  readonly text: string;
}

const hasBody = (req: IncomingMessage): boolean =>
  req.headers["transfer-encoding"] !== undefined || Number(req.headers["content-length"] ?? 0) > 0;

/**
 * A socket closed with unread bytes sends a reset, and the client loses the answer (TRAPS 29): say "end", read what still
 * comes for up to a second, then close. Node calls `destroySoon` after the last answer.
 */
const lingerOnClose = (socket: Socket): void => {
  socket.destroySoon = () => {
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };
};

const lingerMs = 1000;

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import { stripVTControlCharacters } from "node:util";
import type { Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import { say } from "../words/say.ts";
import type { Refuser } from "./refuse.ts";

/** What a development run answers while its app does not run: the whole error, on every path. */
export interface FaultPage extends Refuser {
  /** null: the app is on its way again. */
  show(fault: Fault | null): void;
  close(): void;
}

export interface Fault {
  readonly message: Message;
  readonly place: string | null;
  /** The stack, and what the app wrote to stderr; asked for with every answer, since last words come late. */
  readonly details: () => string;
}

/** Takes the place of the refuser at the door. A client that came back idle is answered when it asks, not before. */
export const createFaultPage = (lang: Lang): FaultPage => {
  const sockets = new Set<Socket>();
  const answering = new Set<Socket>();
  let fault: Fault | null = null;

  const server = createServer((request, response) => {
    const { socket } = request;
    answering.add(socket);
    request.resume();
    response.setHeader("Connection", "close");
    response.setHeader("Cache-Control", "no-store");
    if (fault === null) answerBusy(response);
    else answer(request, response, fault, lang);
    setTimeout(() => socket.destroy(), lingerMs).unref();
  });
  server.on("clientError", (_error, socket) => socket.destroy());

  return {
    refuse: (handle) => {
      const socket = new Socket({ handle } as object);
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        answering.delete(socket);
      });
      server.emit("connection", socket);
    },
    pending: () => answering.size,
    show: (next) => {
      fault = next;
      // They have asked nothing yet: what they ask next is for the app.
      if (next === null) for (const socket of sockets) if (!answering.has(socket)) socket.destroy();
    },
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
};

const answerBusy = (response: ServerResponse): void => {
  response.writeHead(503, { "Retry-After": "1", "Content-Type": "application/json" });
  response.end('{"error":"busy","status":503}\n');
};

const answer = (request: IncomingMessage, response: ServerResponse, fault: Fault, lang: Lang): void => {
  const message = say(lang, fault.message);
  const details = stripVTControlCharacters(fault.details());
  const wantsHtml = /text\/html/i.test(request.headers.accept ?? "");
  const body = wantsHtml
    ? page({ lang, message, place: fault.place, details })
    : `${JSON.stringify({ error: "app-failed", status: 500, message, place: fault.place, details }, null, 2)}\n`;
  response.writeHead(500, {
    "Content-Type": wantsHtml ? "text/html; charset=utf-8" : "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(body);
};

interface PageFacts {
  readonly lang: Lang;
  readonly message: string;
  readonly place: string | null;
  readonly details: string;
}

const page = ({ lang, message, place, details }: PageFacts): string => {
  const words = (code: string): string => escaped(say(lang, { code, facts: {} }));
  return `<!doctype html><html lang="${lang === "zh" ? "zh-CN" : "en"}"><meta charset="utf-8"><title>${words("dev.page-title")}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}pre{background:#1e1e1e;color:#eee;padding:1rem;overflow:auto;font-size:14px}h1{color:#b00020}</style>
<h1>${words("dev.page-title")}</h1>
<p><strong>${escaped(message)}</strong>${place === null ? "" : `<br><code>${escaped(place)}</code>`}</p>
<pre>${escaped(details)}</pre>
<p>${words("dev.page-next")}</p></html>
`;
};

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Long enough for the answer to reach its client (TRAPS 29). */
const lingerMs = 1_000;

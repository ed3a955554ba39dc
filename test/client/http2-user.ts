import { connect, type ClientHttp2Session } from "node:http2";
import { setTimeout as pause } from "node:timers/promises";
import { whoAnswered } from "./name-card.ts";
import type { Outcome } from "./outcome.ts";
import { spread, type User } from "./user.ts";

/**
 * Keeps one session as a browser does, opens a new one where the server has asked it to go, and never retries what it has
 * sent. Node's client takes back what it has not written yet when it hears GOAWAY, as REFUSED_STREAM (measured: a server
 * that refused nothing got exactly the others); that is sent again, on the new session (RFC 9113, 8.7).
 */
export const http2User: User = async ({ port, secure = false, nextPath, thinkMs, random, stopped, tell }) => {
  let session: ClientHttp2Session | null = null;
  let heldBy: number | null = null;
  while (!stopped.aborted) {
    const path = nextPath();
    if (session === null || session.closed || session.destroyed) {
      session = openSession(port, secure);
      heldBy = null;
    }
    let outcome = await requestOn(session, path);
    if (session.closed && wasTakenBack(outcome)) {
      session = openSession(port, secure);
      heldBy = null;
      outcome = await requestOn(session, path);
    }
    tell(path, outcome, heldBy);
    heldBy = whoAnswered(outcome)?.pid ?? null;
    await pause(spread(thinkMs, random));
  }
  session?.close();
};

const wasTakenBack = (outcome: Outcome): boolean =>
  outcome.kind === "reset" && outcome.detail.endsWith("NGHTTP2_REFUSED_STREAM");

export const openSession = (port: number, secure: boolean): ClientHttp2Session => {
  const session = connect(`${secure ? "https" : "http"}://localhost:${port}`, {
    rejectUnauthorized: false,
    lookup: (_host, _options, found) => found(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  session.on("error", () => undefined);
  return session;
};

/** One request on the session, to the end of its answer. */
export const requestOn = (
  session: ClientHttp2Session,
  path: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    const sentAtMs = performance.now();
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const fail = (kind: "reset" | "cut" | "empty" | "time-out", detail: string): void =>
      settle({ kind, detail: `${path}: ${detail}`, sentAtMs, endedAtMs: performance.now() });
    const timer = setTimeout(() => fail("time-out", "no answer"), timeoutMs);
    if (session.closed || session.destroyed) {
      fail("empty", "the session was closed already");
      return;
    }
    const stream = session.request({ ":path": path, ":method": body === undefined ? "GET" : "POST", ...headers });
    let status = 0;
    let text = "";
    const found = new Map<string, string>();
    stream.setEncoding("utf8");
    stream.on("response", (answer) => {
      status = answer[":status"] ?? 0;
      for (const [name, value] of Object.entries(answer)) found.set(name, String(value));
    });
    stream.on("data", (chunk: string) => (text += chunk));
    stream.on("error", (error) => fail(status === 0 ? "reset" : "cut", error.message));
    stream.on("close", () => {
      if (status === 0) fail("empty", `closed with code ${stream.rstCode}`);
      else if (stream.rstCode !== 0) fail("cut", `closed with code ${stream.rstCode}`);
      else settle({ kind: "answer", status, headers: found, body: text, sentAtMs, endedAtMs: performance.now() });
    });
    stream.end(body);
  });

const timeoutMs = 30_000;

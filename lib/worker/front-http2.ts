import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import { StreamAnswer, StreamRequest } from "../middleware/http2-exchange.ts";
import { streamOf } from "../middleware/http2-stream.ts";
import { refuse } from "../middleware/refusal.ts";
import { installRequestSignal } from "../middleware/request-signal.ts";
import type { Connection } from "./connection.ts";
import { connectionOf } from "./connection.ts";
import type { AppVisit } from "./app-visit.ts";
import { stripForwarded } from "./guard.ts";
import { guardHttp2 } from "./guard-http2.ts";
import type { Lane } from "./lane.ts";

/**
 * The order in front of an app that speaks HTTP/2, in its server's `emit`: it stands before `'stream'`, which is where
 * Node's own `'request'` comes from, so that an app of either kind is behind it. An HTTP/1 client of the same server (ALPN)
 * goes the way of `http1`.
 */
export const createHttp2Emit = ({ server, lane, enter, trusts, http1, toApp }: Http2Dependencies): EmitOf => {
  const { Http2ServerRequest, Http2ServerResponse } = process.getBuiltinModule("node:http2");
  installRequestSignal(Http2ServerRequest.prototype, Http2ServerResponse.prototype);

  const onStream = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    flags: number,
    rawHeaders: readonly string[],
  ): void => {
    const { session } = stream;
    if (session === undefined || session.destroyed || stream.destroyed) return;
    const connection = connectionOf(session.socket);
    connection?.http2?.opened(stream);
    // One that waits or is refused has no listener of the app yet.
    stream.on("error", () => {});
    const req = new StreamRequest(stream, connection?.socket ?? session.socket, headers, rawHeaders);
    const asRequest = req as unknown as IncomingMessage;
    const asAnswer = new StreamAnswer(req, flags) as unknown as ServerResponse;
    (stream as WithAnswer)[kAnswer] = asAnswer;
    const found = guardHttp2(headers);
    if (found === "bad") refuse(asRequest, asAnswer, { status: 400, code: "bad-request" });
    else {
      if (found === "forwarded" && !trusts(req.socket.remoteAddress)) stripForwarded(asRequest);
      enter("stream", asRequest, asAnswer, connection);
    }
  };

  /** From now on the app's own objects stand for the request, whose signal it reads and whose answer it writes. */
  const onRequest = (event: string, req: IncomingMessage, res: ServerResponse, stream: ServerHttp2Stream): boolean => {
    const answer = (stream as WithAnswer)[kAnswer];
    if (answer !== undefined) Object.assign(visitOf(answer) ?? {}, { req, res });
    const isOurs = event === "checkContinue" && server.listenerCount("checkContinue") === 1;
    if (isOurs) res.writeContinue();
    return toApp(isOurs ? "request" : event, req, res);
  };

  return (event, ...args) => {
    switch (event) {
      case "stream":
        onStream(...(args as Parameters<typeof onStream>));
        return true;
      case "request":
      case "checkContinue":
      case "connect": {
        const [req, res] = args as [IncomingMessage, ServerResponse];
        const stream = streamOf(req);
        return stream === null ? http1(event, ...args) : onRequest(event, req, res, stream);
      }
      case "session":
        lane.speaksHttp2(args[0] as ServerHttp2Session);
        return toApp(event, ...args);
      default:
        return http1(event, ...args);
    }
  };
};

/** What `'stream'` told the app's own listeners. */
export const streamEventOf = (res: ServerResponse): readonly unknown[] => {
  const { stream, req, flags } = res as unknown as StreamAnswer;
  return [stream, req.headers, flags, req.rawHeaders];
};

export const kVisit = Symbol("dashd.visit");

export const visitOf = (res: ServerResponse): AppVisit | undefined => (res as WithVisit)[kVisit];

export type WithVisit = ServerResponse & { [kVisit]?: AppVisit };

export type EmitOf = (event: string, ...args: readonly unknown[]) => boolean;

interface Http2Dependencies {
  readonly server: Server;
  readonly lane: Lane;
  /** Past the guard: probes → admission → time-out → the app. */
  readonly enter: (
    event: string,
    req: IncomingMessage,
    res: ServerResponse,
    connection: Connection | undefined,
  ) => void;
  readonly trusts: (address: string | undefined) => boolean;
  /** The order in front of what is not HTTP/2. */
  readonly http1: EmitOf;
  readonly toApp: EmitOf;
}

const kAnswer = Symbol("dashd.answer");

type WithAnswer = ServerHttp2Stream & { [kAnswer]?: ServerResponse };

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Gate } from "../middleware/gate.ts";
import { createGate } from "../middleware/gate.ts";
import { refuse } from "../middleware/refusal.ts";
import { neutralise } from "../middleware/neutralise.ts";
import { abortRequest, installRequestSignal } from "../middleware/request-signal.ts";
import { timeOut } from "../middleware/request-timeout.ts";
import { settleTraceparent } from "../middleware/traceparent.ts";
import { createResponseCache } from "../middleware/response-cache/cache.ts";
import { InnerSocket } from "../middleware/response-cache/inner-request.ts";
import { timingHeader } from "../protocol/timing-header.ts";
import type { ResponseCacheBeat } from "../protocol/worker-messages.ts";
import type { WorkerLimits } from "../profile/worker-limits.ts";
import type { AccessLog } from "./access-log.ts";
import type { AppServer, Emit } from "./app-visit.ts";
import { AppVisit } from "./app-visit.ts";
import type { Connection } from "./connection.ts";
import { connectionOf } from "./connection.ts";
import type { EmitOf, WithVisit } from "./front-http2.ts";
import { createHttp2Emit, kVisit, streamEventOf, visitOf } from "./front-http2.ts";
import { createGuard, stripForwarded } from "./guard.ts";
import type { InFlightTable } from "./in-flight.ts";
import type { Lane } from "./lane.ts";
import type { Meter } from "./meter.ts";
import { askToClose, inTurn } from "./pipeline.ts";
import type { Overdue } from "./overdue.ts";
import type { Probes } from "./probes.ts";
import { serverKindOf, speaksHttp2 } from "./server-kind.ts";
import { serverTiming } from "./server-timing.ts";
import type { Tls } from "./tls.ts";
import type { UserCount } from "./user-count.ts";

/**
 * The order in front of the app, for every request of an adopted server: guard → probes → response cache → admission →
 * time-out → the app's own listeners, whatever the app does to them later. It stands in the server's `emit`, without a second router
 * (measured: a nested Express app costs 14 % of the throughput). Shared functions only: a request makes one object and
 * one listener.
 */
export const createFront = ({
  limits,
  lane,
  tls,
  meter,
  users,
  access,
  inFlight,
  overdue,
  probes,
  responseCacheBytes,
  trusts,
  who,
  now,
}: FrontDependencies): Front => {
  installRequestSignal();
  const guard = createGuard();
  const answerListeners: (() => void)[] = [];
  let closing = false;
  let pressed = false;
  let leaving = false;
  /** Whose connections are to end with their next answer; `fixed`: those that cannot be handed back. */
  let ends: "none" | "fixed" | "all" = "none";

  const gate = createGate<AppVisit>({
    limits,
    now,
    run: (visit) => {
      if (visit.slotAtMs - visit.arrivedAtMs > queuedMs && cache?.lookAgain(visit) === true) return;
      inFlight.begin(visit);
      const { event, req, res, slotAtMs, waitFromMs } = visit;
      const { server, emit } = visit.app;
      if (event === "stream") {
        emit.call(server, event, ...streamEventOf(res));
        return;
      }
      if (req.headers[timingHeader] !== undefined) {
        res.setHeader("Server-Timing", serverTiming(req, slotAtMs - waitFromMs, who));
      }
      // The client sends its body only once it is told to: not before the request has its slot.
      const isOurs = event === "checkContinue" && server.listenerCount("checkContinue") === 1;
      if (isOurs) res.writeContinue();
      emit.call(server, isOurs ? "request" : event, req, res);
    },
    shed: (visit) => {
      if (cache?.rescue(visit) === true) return;
      meter.own503("shed");
      refuse(visit.req, visit.res, { status: 503, code: "busy" });
    },
    expire: (visit) => {
      if (cache?.rescue(visit) === true) {
        abortRequest(visit.req, "timed-out");
        neutralise(visit.res);
        return;
      }
      meter.own503("timedOut");
      overdue.note(visit);
      timeOut(visit);
    },
  });

  const admit = (visit: AppVisit): void => {
    const { req, res } = visit;
    if (lane.count() > limits.connections) {
      meter.own503("refused");
      refuse(req, res, { status: 503, code: "too-many-connections" });
    } else gate.enter(visit, cache === null ? visit.arrivedAtMs : now());
  };

  const cache =
    responseCacheBytes === 0
      ? null
      : createResponseCache<AppVisit>({
          maxBytes: responseCacheBytes,
          waitTimeoutMs: limits.waitTimeoutMs,
          now,
          pass: admit,
          connect: ({ app: { connect } }, socket) => {
            connect?.(socket);
            return connect !== null;
          },
        });

  function onAnswerOver(this: ServerResponse): void {
    const visit = visitOf(this);
    if (visit === undefined) return;
    if (!visit.isOurs) {
      meter.over(visit);
      access?.over(visit);
    }
    inFlight.end(visit);
    if (!this.writableFinished) abortRequest(visit.req, "client-gone");
    gate.leave(visit);
    cache?.leave(visit);
    for (const listener of answerListeners) listener();
  }

  const endAfter = (req: IncomingMessage, res: ServerResponse, connection: Connection | undefined): void => {
    if (connection?.http2) connection.http2.goAway();
    else if (ends === "all" || connection?.secure) askToClose(req, res);
  };

  const onRequest = (app: AppServer, event: string, req: IncomingMessage, res: ServerResponse): void => {
    const connection = connectionOf(req.socket);
    const found = guard(req);
    if (found === "bad") {
      refuse(req, res, { status: 400, code: "bad-request" });
      return;
    }
    // A request of our own repeats what the guard let through.
    const isOurs = connection === undefined && req.socket instanceof InnerSocket;
    if (found === "forwarded" && !isOurs && !trusts(req.socket.remoteAddress)) stripForwarded(req);
    enter(app, event, req, res, connection);
  };

  const enter = (
    app: AppServer,
    event: string,
    req: IncomingMessage,
    res: ServerResponse,
    connection: Connection | undefined,
  ): void => {
    if (ends !== "none") endAfter(req, res, connection);
    if (probes.answer(req, res)) return;
    settleTraceparent(req);
    const arrivedAtMs = now();
    let waitFromMs = arrivedAtMs;
    if (connection !== undefined && connection.heldMs > 0) {
      waitFromMs -= connection.heldMs;
      connection.heldMs = 0;
    }
    const visit = new AppVisit(req, res, connection, arrivedAtMs, waitFromMs, event, app);
    (res as WithVisit)[kVisit] = visit;
    res.on("close", onAnswerOver);
    if (!visit.isOurs) users.see(req, connection);
    // Over HTTP/2 the app's own objects for an answer are made later: nothing of it is kept.
    if (cache === null || event === "stream") admit(visit);
    else {
      // A kept answer tells it too; with one from the app it is said again, once it has its slot.
      if (req.headers[timingHeader] !== undefined) {
        res.setHeader("Server-Timing", serverTiming(req, arrivedAtMs - waitFromMs, who));
      }
      cache.enter(visit);
    }
  };

  /** The same guard as in front of a request; what is refused was answered. */
  const admitUpgrade = (event: "upgrade" | "connect", req: IncomingMessage, socket: Socket): boolean => {
    const connection = connectionOf(socket);
    if (connection !== undefined) connection.upgraded = true;
    // The target of CONNECT is an authority, which the guard takes for no request of an app.
    const found = event === "connect" ? "fine" : guard(req);
    if (found === "bad") {
      socket.end(badUpgrade);
      return false;
    }
    if (found === "forwarded" && !trusts(socket.remoteAddress)) stripForwarded(req);
    settleTraceparent(req);
    if (connection !== undefined) connection.webSocket = req.headers.upgrade?.toLowerCase() === "websocket";
    return true;
  };

  const attach = (server: Server): void => {
    const kind = serverKindOf(server) ?? "http";
    const emit = server.emit as Emit;
    const toApp: EmitOf = (event, ...args) => emit.call(server, event, ...args);
    const connect = speaksHttp2(kind)
      ? null
      : (socket: InnerSocket): void => void toApp(kind === "https" ? "secureConnection" : "connection", socket);
    const app: AppServer = { server, emit, connect };
    const secure = tls.covers(kind);
    const handshake = tls.attach(server, kind, (socket) => {
      lane.secured(socket);
      toApp("connection", socket);
    });
    // With a listener, node leaves the "100 Continue" to us.
    server.on("checkContinue", () => {});
    const http1: EmitOf = (event, ...args) => {
      if (event === "request" || event === "checkContinue") {
        const [req, res] = args as [IncomingMessage, ServerResponse];
        inTurn(req, res, () => onRequest(app, event, req, res));
        return true;
      }
      if (event === "connection") {
        lane.opened(args[0] as Socket, secure);
        // One that is given to the server again has had its handshake.
        if (handshake !== null && !("encrypted" in (args[0] as Socket))) {
          handshake(args[0] as Socket);
          return true;
        }
      } else if (event === "secureConnection") lane.secured(args[0] as Socket);
      else if (event === "upgrade" || event === "connect") {
        if (!admitUpgrade(event, args[0] as IncomingMessage, args[1] as Socket)) return true;
      } else if (event === "clientError" && isSilent(args[0], args[1] as Socket)) return true;
      return toApp(event, ...args);
    };
    const enterApp = (event: string, req: IncomingMessage, res: ServerResponse, on: Connection | undefined): void =>
      enter(app, event, req, res, on);
    server.emit = (
      speaksHttp2(kind) ? createHttp2Emit({ server, lane, enter: enterApp, trusts, http1, toApp }) : http1
    ) as typeof server.emit;
  };

  const decideEnds = (): void => {
    ends = closing || pressed ? "all" : leaving ? "fixed" : "none";
    if (ends === "none") return;
    for (const { req, res, connection } of gate.present()) endAfter(req, res, connection);
  };

  return {
    attach,
    gate,
    connections: limits.connections,
    cached: () => cache?.take() ?? null,
    closeAfterAnswers: () => {
      closing = true;
      decideEnds();
    },
    closeWhatStays: (on) => {
      leaving = on;
      decideEnds();
    },
    press: (isPressed) => {
      pressed = isPressed;
      decideEnds();
    },
    onAnswer: (listener) => {
      answerListeners.push(listener);
    },
  };
};

export interface Front {
  /** Puts the order in front of this server's listeners. */
  attach(server: Server): void;
  readonly gate: Gate<AppVisit>;
  /** Beyond this many connections of this process, requests are refused. */
  readonly connections: number;
  /** What the response cache counted since the last call; null: it is off. */
  cached(): ResponseCacheBeat | null;
  /** From now on every answer says `Connection: close`; over HTTP/2, its connection is asked to go away. */
  closeAfterAnswers(): void;
  /** The same on connections that cannot be handed back, those of TLS and of HTTP/2; until it is told otherwise. */
  closeWhatStays(on: boolean): void;
  /** The same while clients are held at the door. */
  press(isPressed: boolean): void;
  onAnswer(listener: () => void): void;
}

interface FrontDependencies {
  readonly limits: WorkerLimits;
  readonly lane: Lane;
  readonly tls: Tls;
  readonly meter: Meter;
  readonly users: Pick<UserCount, "see">;
  /** null: none is kept. */
  readonly access: Pick<AccessLog, "over"> | null;
  readonly inFlight: Pick<InFlightTable, "begin" | "end">;
  readonly overdue: Pick<Overdue, "note">;
  readonly probes: Probes;
  /** 0: nothing is kept. */
  readonly responseCacheBytes: number;
  readonly trusts: (address: string | undefined) => boolean;
  /** Slot and pid, for those who ask. */
  readonly who: string;
  readonly now: () => number;
}

/** A request that came straight to its slot has nothing to look at again. */
const queuedMs = 1;

const badUpgrade = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/**
 * Node gives a new connection its header time-out from the first moment; one that has not sent a byte is merely idle (a
 * browser's spare connection, or one that came from another worker), and the idle sweep knows its time.
 */
const isSilent = (error: unknown, socket: Socket): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === "ERR_HTTP_REQUEST_TIMEOUT" && socket.bytesRead === 0;

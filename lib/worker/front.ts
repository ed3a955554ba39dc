import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Gate } from "../middleware/gate.ts";
import { createGate } from "../middleware/gate.ts";
import { refuse } from "../middleware/refusal.ts";
import { abortRequest, installRequestSignal } from "../middleware/request-signal.ts";
import { timeOut } from "../middleware/request-timeout.ts";
import type { Visit, VisitState } from "../middleware/visit.ts";
import { bytesSent } from "../middleware/visit.ts";
import type { WorkerLimits } from "../profile/worker-limits.ts";
import { connectionOf } from "./connection.ts";
import { createGuard, stripForwarded } from "./guard.ts";
import type { Lane } from "./lane.ts";
import type { Meter } from "./meter.ts";
import { askToClose, inTurn } from "./pipeline.ts";
import type { Probes } from "./probes.ts";

/**
 * The order in front of the app, for every request of an adopted server: guard → probes → admission → time-out → the
 * app's own listeners, whatever the app does to them later. It stands in the server's `emit`, without a second router
 * (measured: a nested Express app costs 14 % of the throughput). Shared functions only: a request makes one object and
 * one listener.
 */
export const createFront = ({ limits, lane, meter, probes, trusts, now }: FrontDependencies): Front => {
  installRequestSignal();
  const guard = createGuard();
  const answerListeners: (() => void)[] = [];
  let closing = false;
  let pressed = false;

  const gate = createGate<AppVisit>({
    limits,
    now,
    run: ({ app: { server, emit }, event, req, res }) => {
      // The client sends its body only once it is told to: not before the request has its slot.
      const isOurs = event === "checkContinue" && server.listenerCount("checkContinue") === 1;
      if (isOurs) res.writeContinue();
      emit.call(server, isOurs ? "request" : event, req, res);
    },
    shed: (visit) => {
      meter.own503("shed");
      refuse(visit.req, visit.res, { status: 503, code: "busy" });
    },
    expire: (visit) => {
      meter.own503("timedOut");
      timeOut(visit);
    },
  });

  function onAnswerOver(this: ServerResponse): void {
    const visit = (this as WithVisit)[kVisit];
    if (visit === undefined) return;
    meter.over(visit);
    if (!this.writableFinished) abortRequest(visit.req, "client-gone");
    gate.leave(visit);
    for (const listener of answerListeners) listener();
  }

  const onRequest = (app: AppServer, event: string, req: IncomingMessage, res: ServerResponse): void => {
    const connection = connectionOf(req.socket);
    const found = guard(req);
    if (found === "bad") {
      refuse(req, res, { status: 400, code: "bad-request" });
      return;
    }
    if (found === "forwarded" && !trusts(req.socket.remoteAddress)) stripForwarded(req);
    if (closing || pressed) askToClose(req, res);
    if (probes.answer(req, res)) return;
    const arrivedAtMs = now();
    let waitFromMs = arrivedAtMs;
    if (connection !== undefined && connection.heldMs > 0) {
      waitFromMs -= connection.heldMs;
      connection.heldMs = 0;
    }
    const visit = new AppVisit(req, res, arrivedAtMs, waitFromMs, event, app);
    (res as WithVisit)[kVisit] = visit;
    res.on("close", onAnswerOver);
    if (lane.count() > limits.connections) {
      meter.own503("refused");
      refuse(req, res, { status: 503, code: "too-many-connections" });
    } else gate.enter(visit);
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
    if (connection !== undefined) connection.webSocket = req.headers.upgrade?.toLowerCase() === "websocket";
    return true;
  };

  const attach = (server: Server): void => {
    const app: AppServer = { server, emit: server.emit as Emit };
    // With a listener, node leaves the "100 Continue" to us.
    server.on("checkContinue", () => {});
    server.emit = ((event: string, ...args: readonly unknown[]): boolean => {
      if (event === "request" || event === "checkContinue") {
        const [req, res] = args as [IncomingMessage, ServerResponse];
        inTurn(req, res, () => onRequest(app, event, req, res));
        return true;
      }
      if (event === "connection") lane.opened(args[0] as Socket);
      else if (event === "upgrade" || event === "connect") {
        if (!admitUpgrade(event, args[0] as IncomingMessage, args[1] as Socket)) return true;
      } else if (event === "clientError" && isSilent(args[0], args[1] as Socket)) return true;
      return app.emit.call(server, event, ...args);
    }) as typeof server.emit;
  };

  const lastAnswers = (): void => {
    if (!closing && !pressed) return;
    for (const { req, res } of gate.present()) askToClose(req, res);
  };

  return {
    attach,
    gate,
    connections: limits.connections,
    closeAfterAnswers: () => {
      closing = true;
      lastAnswers();
    },
    press: (isPressed) => {
      pressed = isPressed;
      lastAnswers();
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
  /** From now on every answer says `Connection: close`. */
  closeAfterAnswers(): void;
  /** The same while clients are held at the door. */
  press(isPressed: boolean): void;
  onAnswer(listener: () => void): void;
}

interface FrontDependencies {
  readonly limits: WorkerLimits;
  readonly lane: Lane;
  readonly meter: Meter;
  readonly probes: Probes;
  readonly trusts: (address: string | undefined) => boolean;
  readonly now: () => number;
}

type Emit = (this: Server, event: string, ...args: readonly unknown[]) => boolean;

interface AppServer {
  readonly server: Server;
  /** The server's own emit, to the app's listeners. */
  readonly emit: Emit;
}

class AppVisit implements Visit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly arrivedAtMs: number;
  readonly waitFromMs: number;
  readonly bytesBefore: number;
  readonly event: string;
  readonly app: AppServer;
  slotAtMs = 0;
  state: VisitState = "arrived";
  place = 0;
  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    arrivedAtMs: number,
    waitFromMs: number,
    event: string,
    app: AppServer,
  ) {
    this.req = req;
    this.res = res;
    this.arrivedAtMs = arrivedAtMs;
    this.waitFromMs = waitFromMs;
    this.bytesBefore = bytesSent(req);
    this.event = event;
    this.app = app;
  }
}

const kVisit = Symbol("dashd.visit");

type WithVisit = ServerResponse & { [kVisit]?: AppVisit };

const badUpgrade = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/**
 * Node gives a new connection its header time-out from the first moment; one that has not sent a byte is merely idle (a
 * browser's spare connection, or one that came from another worker), and the idle sweep knows its time.
 */
const isSilent = (error: unknown, socket: Socket): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === "ERR_HTTP_REQUEST_TIMEOUT" && socket.bytesRead === 0;

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { InnerSocket } from "../middleware/response-cache/inner-request.ts";
import type { Visit, VisitState } from "../middleware/visit.ts";
import { bytesSent } from "../middleware/visit.ts";
import type { Connection } from "./connection.ts";
import type { Tabled } from "./in-flight.ts";

/** An adopted server as the order in front of it knows it. */
export interface AppServer {
  readonly server: Server;
  /** The server's own emit, to the app's listeners. */
  readonly emit: Emit;
  /** Gives it a connection of ours; null: it takes none. */
  readonly connect: ((socket: InnerSocket) => void) | null;
}

export type Emit = (this: Server, event: string, ...args: readonly unknown[]) => boolean;

export class AppVisit implements Visit, Tabled {
  req: IncomingMessage;
  res: ServerResponse;
  readonly connection: Connection | undefined;
  readonly arrivedAtMs: number;
  readonly waitFromMs: number;
  readonly bytesBefore: number;
  readonly event: string;
  readonly app: AppServer;
  slotAtMs = 0;
  state: VisitState = "arrived";
  place = 0;
  row = 0;
  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    connection: Connection | undefined,
    arrivedAtMs: number,
    waitFromMs: number,
    event: string,
    app: AppServer,
  ) {
    this.req = req;
    this.res = res;
    this.connection = connection;
    this.arrivedAtMs = arrivedAtMs;
    this.waitFromMs = waitFromMs;
    this.bytesBefore = bytesSent(req);
    this.event = event;
    this.app = app;
  }
  /** Nobody's: it brings an answer of the response cache up to date. */
  get isOurs(): boolean {
    return this.connection === undefined && this.req.socket instanceof InnerSocket;
  }
}

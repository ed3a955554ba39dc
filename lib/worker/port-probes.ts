import net, { type Server } from "node:net";
import { getSystemErrorName } from "node:util";
import { addressOf, createStandIn, type ListenQuery, type StandIn } from "./stand-in.ts";

/**
 * A raw server that nobody listens to can serve nothing: it asks whether its port is free (detect-port, get-port,
 * portfinder). Sixteen workers that ask at once would find each other there and take sixteen ports (TRAPS 48), so a port
 * that may become the app's is answered for without binding it.
 */
export const answerPortProbe = (server: Server, query: ListenQuery, { reply, stock }: ProbeAnswers): void => {
  // Who really serves may put its listener on after `listen()`.
  setImmediate(() => {
    if (isHeard(server)) stock(reply);
    else if (query.port === 0) replyWithFreePort(query, reply);
    else reply(0, standInUntilHeard(server, query, stock));
  });
};

interface ProbeAnswers {
  readonly reply: Reply;
  /** Binds the port, as without us. */
  readonly stock: (reply: Reply) => void;
}

export type Reply = (error: number, handle: unknown) => void;

const isHeard = (server: Server): boolean => server.listeners("connection").some((listener) => !isEmpty(listener));

/** portfinder's has a comment in it. */
const isEmpty = (listener: unknown): boolean =>
  /^[^{}]*(\)|=>)\{\}$/.test(String(listener).replace(/\/\*[^]*?\*\/|\/\/.*$|\s/gm, ""));

/** One that is free for this process: cluster would give every worker the same. */
const replyWithFreePort = ({ address, addressType }: ListenQuery, reply: Reply): void => {
  const internals = net as unknown as { _createServerHandle(...query: readonly unknown[]): unknown };
  const handle = internals._createServerHandle(address, 0, addressType);
  if (typeof handle === "number") reply(handle, null);
  else reply(0, handle);
};

/** Somebody may listen to the server after all: then it takes its port. */
const standInUntilHeard = (server: Server, query: ListenQuery, stock: ProbeAnswers["stock"]): StandIn => {
  let bound: StandIn | null = null;
  const onNewListener = (event: string | symbol): void => {
    if (event !== "connection") return;
    server.off("newListener", onNewListener);
    stock((error, handle) => {
      if (error !== 0) {
        server.emit("error", listenError(error, query));
        return;
      }
      bound = handle as StandIn;
      bound.onconnection = (...arrival) => standIn.onconnection?.(...arrival);
      bound.listen(backlog);
    });
  };
  const standIn = createStandIn(addressOf(query, 0), () => {
    server.off("newListener", onNewListener);
    bound?.close();
  });
  server.on("newListener", onNewListener);
  return standIn;
};

/** As Node words it. */
export const listenError = (error: number, { address, port }: ListenQuery): Error => {
  const code = getSystemErrorName(error);
  const text = `listen ${code}: ${address ?? "::"}:${port ?? ""}`;
  return Object.assign(new Error(text), { code, errno: error, syscall: "listen", address: address ?? "::", port });
};

/** Node's own default. */
const backlog = 511;

import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import Module, { createRequire } from "node:module";
import type { Context } from "../protocol/app-context.ts";
import type { AppFailure, Assignment } from "../protocol/worker-messages.ts";
import type { UnsupportedServer } from "./adopt-listen.ts";
import { adoptListen } from "./adopt-listen.ts";
import { breakAtStart } from "./break-at-start.ts";
import type { AppExport } from "./app-exports.ts";
import { classifyExport } from "./app-exports.ts";
import { exitFailure, failureOf, nothingToServe, unsupportedFailure } from "./app-failure.ts";
import { readExports } from "./read-exports.ts";
import type { StandIn } from "./stand-in.ts";

/**
 * Runs the app as the main module, so that `require.main === module` and its ES module counterpart hold (TRAPS 39), and
 * serves what it listens with; if it does not listen, what it exports.
 */
export const hostApp = ({ assignment, context, serve, released, keepAlive, isReady, fail }: HostDependencies): void => {
  const { app, servicePort, breaksAtStart } = assignment;
  const mainPath = createRequire(app.path).resolve(app.path);
  let served = false;
  let current: Server | null = null;
  let hosted: RequestListener | Server | null = null;
  let unsupported: UnsupportedServer | null = null;
  let currentExports: (() => unknown) | null = null;

  adoptListen({
    servicePort,
    // The first server is the app's, until it closes it. One that we made from an export gives way when the program
    // listens after all.
    mayAdopt: (server, port) =>
      current === null || (hosted !== null && (port === servicePort || serves(server, hosted))),
    adopt: (server, standIn) => {
      served = true;
      current = server;
      serve(server, standIn);
    },
    released: (server) => {
      if (current === server) current = null;
      released(server);
    },
    asking: keepAlive,
    unsupported: (found) => {
      unsupported ??= found;
      if (!served && found.kind !== "socket path") fail(unsupportedFailure(found));
    },
  });

  const host = (exported: RequestListener | Server, mayListen: boolean): void => {
    if (served) return;
    hosted = exported;
    if (typeof exported === "function") createServer(exported).listen(servicePort);
    else if (mayListen) forwardTo(exported).listen(servicePort);
    else exported.listen(servicePort);
  };

  /** False when there is nothing in it to host. */
  const hostExport = async (exported: AppExport, mayListen: boolean): Promise<boolean> => {
    switch (exported.kind) {
      case "handler":
        host(exported.handler, mayListen);
        return true;
      case "server":
        await exported.ready?.();
        host(exported.server, mayListen);
        return true;
      case "unsupported":
        fail(unsupportedFailure({ kind: exported.what, port: servicePort }));
        return true;
      default:
        return false;
    }
  };

  /** Nothing listens yet: either the loop is empty, or the program was given time to listen. */
  const settle = async (atRest: boolean): Promise<void> => {
    if (served || (await hostExport(classifyExport(currentExports?.()), !atRest))) return;
    if (unsupported !== null) fail(unsupportedFailure(unsupported));
    else if (atRest) fail(nothingToServe(mainPath, currentExports !== null));
  };

  process.argv = [process.execPath, mainPath, ...app.args];
  process.on("uncaughtExceptionMonitor", (error) => {
    // With a listener of its own the program decides whether it goes on.
    if (!isReady() && process.listenerCount("uncaughtException") === 0) fail(failureOf(error, mainPath));
  });
  process.on("exit", (code) => {
    if (!isReady()) fail(exitFailure(code, mainPath));
  });
  process.on("beforeExit", () => void settle(true));

  if (breaksAtStart) breakAtStart(mainPath);
  Module.runMain();

  const look = async (): Promise<void> => {
    const read = await readExports(mainPath);
    currentExports = read;
    if (served) return;
    const exported = classifyExport(read());
    if (exported.kind === "factory") await hostExport(classifyExport(await exported.make(await context())), false);
    else setTimeout(() => void settle(false), listenWaitMs).unref();
  };
  // What listens at once, on an address that needs no looking up, has listened by then: reading its exports would load
  // Node's loader of ES modules for nothing.
  setImmediate(() => {
    if (!served) void look();
  });
};

interface HostDependencies {
  readonly assignment: Assignment;
  /** Opens the services that a context gives; only for an app that takes one. */
  readonly context: () => Promise<Context>;
  readonly serve: (server: Server, standIn: StandIn) => void;
  readonly released: (server: Server) => void;
  /** Whether something is under way that the loop does not show: the loop alone would be empty. */
  readonly keepAlive: (isNeeded: boolean) => void;
  /** Whether the master was told that it may send connections. */
  readonly isReady: () => boolean;
  /** Only the first failure counts. */
  readonly fail: (failure: AppFailure) => void;
}

const serves = (server: Server, hosted: RequestListener | Server): boolean =>
  typeof hosted === "function" ? server.listeners("request").includes(hosted) : server === hosted;

/** Serves for a server that its program may still want to listen with itself. */
const forwardTo = (server: Server): Server => {
  const stand = createServer((req, res) => server.emit("request", req, res));
  if (server.listenerCount("upgrade") > 0) stand.on("upgrade", (...args) => server.emit("upgrade", ...args));
  return stand;
};

/** A program that exports its app may still be connecting before it listens. */
const listenWaitMs = 2_000;

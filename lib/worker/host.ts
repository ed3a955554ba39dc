import { readFileSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import Module, { createRequire } from "node:module";
import type { Context } from "../protocol/app-context.ts";
import type { AppFailure, AppWarning, Assignment } from "../protocol/worker-messages.ts";
import { adoptListen } from "./adopt-listen.ts";
import { breakAtStart } from "./break-at-start.ts";
import type { AppExport } from "./app-exports.ts";
import { classifyExport } from "./app-exports.ts";
import { clusterFailure, exitFailure, failureOf, nothingToServe } from "./app-failure.ts";
import { warnOfServerLeftAlone } from "./left-alone.ts";
import { hideCluster } from "./program-cluster.ts";
import { readExports } from "./read-exports.ts";
import { serverKindOf } from "./server-kind.ts";
import type { StandIn } from "./stand-in.ts";

/**
 * Runs the app as the main module, so that `require.main === module` and its ES module counterpart hold (TRAPS 39), and
 * serves what it listens with; if it does not listen, what it exports.
 */
export const hostApp = ({
  assignment,
  context,
  serve,
  released,
  keepAlive,
  isReady,
  fail,
  warn,
}: HostDependencies): void => {
  const { app, servicePort, adoptPort, breaksAtStart } = assignment;
  const mainPath = createRequire(app.path).resolve(app.path);
  let served = false;
  let current: Server | null = null;
  let hosted: RequestListener | Server | null = null;
  let currentExports: (() => unknown) | null = null;
  let isMade = false;
  const isNamed = (port: number | null): boolean => adoptPort === null || port === adoptPort;

  hideCluster((error) => {
    if (!isReady()) fail(clusterFailure(error, mainPath));
  });
  adoptListen({
    servicePort,
    // The first server is the app's, until it closes it. One that we made from an export gives way when the program
    // listens after all.
    mayAdopt: (server, port) =>
      (current === null && isNamed(port)) || (hosted !== null && (port === servicePort || serves(server, hosted))),
    mayBecomeTheApps: (port) => current === null && isNamed(port),
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
    leftAlone: (server, query) => warnOfServerLeftAlone(server, query, warn),
  });

  const host = (exported: RequestListener | Server, mayListen: boolean): void => {
    if (served) return;
    hosted = exported;
    if (typeof exported === "function") createServer(exported).listen(servicePort);
    else if (mayListen && serverKindOf(exported) === "http") forwardTo(exported).listen(servicePort);
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
      default:
        return false;
    }
  };

  /** A named port is to be listened on. */
  const exportedNow = (): AppExport => (adoptPort === null ? classifyExport(currentExports?.()) : { kind: "none" });

  const make = async ({ make: run }: Extract<AppExport, { kind: "factory" }>): Promise<void> => {
    isMade = true;
    await hostExport(classifyExport(await run(await context())), false);
  };

  /** Nothing listens yet: either the loop is empty, or the program was given time to listen. */
  const settle = async (atRest: boolean): Promise<void> => {
    const exported = exportedNow();
    if (served || (await hostExport(exported, !atRest))) return;
    if (atRest && exported.kind === "factory" && !isMade) await make(exported);
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
    currentExports = await readExports(mainPath);
    if (served) return;
    const exported = exportedNow();
    const willListen = /\blisten\s*\(/.test(readFileSync(mainPath, "utf8"));
    // A program that also exports what starts it is not started twice: it is asked only when it has come to rest.
    if (exported.kind === "factory" && !willListen) await make(exported);
    else setTimeout(() => void settle(false), willListen ? lateListenWaitMs : listenWaitMs).unref();
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
  readonly warn: (warning: AppWarning) => void;
}

const serves = (server: Server, hosted: RequestListener | Server): boolean =>
  typeof hosted === "function" ? server.listeners("request").includes(hosted) : server === hosted;

/** Serves for a server that its program may still want to listen with itself. */
const forwardTo = (server: Server): Server => {
  const stand = createServer((req, res) => server.emit("request", req, res));
  if (server.listenerCount("upgrade") > 0) stand.on("upgrade", (...args) => server.emit("upgrade", ...args));
  return stand;
};

/** A program that exports its app may still be connecting before it listens; one that says `listen(` itself gets more time. */
const listenWaitMs = 2_000;
const lateListenWaitMs = 12_000;

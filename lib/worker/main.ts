/** The entry of a worker process: hello → assign → the app → ready → beats → drain. Everything is put together here. */
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Context } from "../protocol/app-context.ts";
import type { AppFailure, AppWarning, Assignment, EffectiveLimits } from "../protocol/worker-messages.ts";
import { createAccessLog } from "./access-log.ts";
import { createChannel } from "./channel.ts";
import { closeServers } from "./close-servers.ts";
import { createContext } from "./context.ts";
import { createDrain } from "./drain.ts";
import { createDrill } from "./drill.ts";
import { createFarewell } from "./farewell.ts";
import { createFront } from "./front.ts";
import { createGiveBack } from "./give-back.ts";
import { createHandBack } from "./hand-back.ts";
import { hostApp } from "./host.ts";
import { createInFlightTable } from "./in-flight.ts";
import { createLane } from "./lane.ts";
import { tellLastWords } from "./last-words.ts";
import { watchMemoryState } from "./memory-state.ts";
import { createMeter } from "./meter.ts";
import { createProbes } from "./probes.ts";
import { afterQuickTurn } from "./quick-turn.ts";
import { readLimits } from "./read-limits.ts";
import { createOverdue } from "./overdue.ts";
import { createReporter } from "./reporter.ts";
import { serverKindOf, speaksHttp2 } from "./server-kind.ts";
import { createServerLimits, headersTimeoutMs } from "./server-limits.ts";
import { ignoreStopSignals, tellProgramToStop } from "./signals.ts";
import { createServices } from "./services.ts";
import type { StandIn } from "./stand-in.ts";
import { createSweep } from "./sweep.ts";
import { createTls } from "./tls.ts";
import { createTrustedPeers } from "./trusted-peers.ts";
import { createUserCount } from "./user-count.ts";
import { createWatchdog } from "./watchdog.ts";

ignoreStopSignals(process);
const channel = createChannel(process);
process.on("disconnect", () => process.exit(0));
const now = (): number => performance.now();

const live = (assignment: Assignment): void => {
  const { limits, slot, masterPid, mode } = assignment;
  const enforces = mode === "production";
  process.env["NODE_APP_INSTANCE"] = String(slot - 1);
  process.env["NODE_ENV"] ??= mode;
  // A process that the app forks would want the debugger's port for itself.
  process.execArgv = process.execArgv.filter((option) => !option.startsWith("--inspect"));

  const said = new Set<string>();
  const warn = (warning: AppWarning): void => {
    const words = JSON.stringify(warning);
    if (said.has(words) || said.size >= warningsSaid) return;
    said.add(words);
    channel.send({ type: "warning", warning });
  };
  const servers = new Set<Server>();
  let isServing = false;
  let isReady = false;
  let hasFailed = false;

  /** Until when the program's own stop listeners may take; null: not told yet. */
  let stopsUntilMs: number | null = null;
  const tellProgram = (): void => {
    stopsUntilMs ??= now() + (tellProgramToStop(process) ? programStopMs : 0);
  };

  const services = createServices(assignment, { now, isLeader: () => context.leader, tell: channel.send });
  const drill = createDrill(services);
  const { context, setLeader, drain: drainContext } = createContext(assignment, services, now);
  const lane = createLane({ channel, now });
  const meter = createMeter(now);
  const inFlight = createInFlightTable(now);
  const overdue = createOverdue(now);
  const probes = createProbes(assignment);
  const handshakeTimeoutMs = Math.min(headersTimeoutMs, limits.requestTimeoutMs);
  const tls = createTls({ tls: assignment.tls, handshakeTimeoutMs, warn });
  const trusts = createTrustedPeers(assignment.trustProxy);
  const users = createUserCount(assignment.userKey, now);
  const who = `${slot}.${process.pid}`;
  const { accessLog: accessOptions } = assignment;
  const access =
    accessOptions === null
      ? null
      : createAccessLog({ options: accessOptions, slot, channel, trusts, now, wallClock: () => new Date() });
  const { responseCacheBytes } = assignment;
  const front = createFront({
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
  });
  const serverLimits = enforces ? createServerLimits(limits, warn) : { hold: () => undefined };
  const holdLimits = (): void => servers.forEach((server) => serverLimits.hold(server));
  const sweep = createSweep({ lane, idleTimeoutMs: limits.idleTimeoutMs, handshakeTimeoutMs, now });
  const handBack = createHandBack({ channel, lane, onGone: () => drain.look() });
  const farewell = createFarewell({ lane, front });
  const drain = createDrain({ lane, front, handBack, farewell, limits, now, tellProgram, empty: () => void end() });
  const giveBack = createGiveBack({ channel, handBack, givesAll: () => drain.isGiving() });
  const { heap_size_limit: heapLimitBytes } = getHeapStatistics();
  const { hangKillAfterMs } = limits;
  const { pictureFd } = assignment;
  const watchdog = createWatchdog({ masterPid, hangKillAfterMs, inFlight, pictureFd, heapLimitBytes, now });
  const effective = (): EffectiveLimits => readLimits({ front, sweep, drain, lane, watchdog, services });
  const reporter = createReporter({ channel, front, lane, meter, users, inFlight, overdue, services, effective });

  const fillPool = async (on: boolean): Promise<void> => {
    if (on) channel.send({ type: "pool-filled", pool: await services.fillPostgres() });
    else services.emptyPostgres();
  };

  const becomeReady = (server: Server): void => {
    if (isReady || hasFailed) return;
    isReady = true;
    holdLimits();
    probes.setReady(drain.reason() === null);
    const kind = serverKindOf(server) ?? "http";
    channel.send({ type: "ready", effective: effective(), secure: tls.covers(kind), http2: speaksHttp2(kind) });
    const lookForMemoryState = (): void => watchMemoryState(loaded, warn);
    if (isSpread(assignment)) {
      lookForMemoryState();
      setTimeout(lookForMemoryState, lateModulesMs).unref();
    }
    // A thread costs as much CPU as a third of a boot, and the others may still be booting: it waits for whatever
    // comes first, a client or a quiet second (16 ready after 1.36 instead of 1.59 times what bare workers take).
    setTimeout(watchdog.start, quietMs).unref();
    reporter.start();
    reporter.beat();
    if (access !== null) setInterval(() => access.flush(), accessEveryMs).unref();
    setInterval(() => {
      holdLimits();
      // What a client has sent by now is read before its socket counts as idle.
      if (enforces) afterQuickTurn(sweep.run);
    }, sweepMs).unref();
  };

  const serve = (server: Server, standIn: StandIn): void => {
    if (!servers.has(server)) {
      servers.add(server);
      front.attach(server);
    }
    serverLimits.hold(server);
    lane.attach(server, standIn);
    isServing = true;
    channel.keepAlive(true);
    // One that is gone by then only asked whether its port is free.
    server.once("listening", () => setImmediate(() => server.listening && becomeReady(server)));
  };

  const released = (server: Server): void => {
    lane.detach(server);
    // As anywhere, a program without a server ends when it has nothing left to do.
    isServing = drain.reason() !== null;
    channel.keepAlive(isServing);
  };

  const fail = (failure: AppFailure): void => {
    if (hasFailed) return;
    hasFailed = true;
    channel.send({ type: "failed", failure }, () => process.exit(1));
  };

  const end = async (): Promise<void> => {
    await closeServers(servers, lane.connections());
    await services.close();
    reporter.beat();
    access?.flush(true);
    await new Promise<void>((resolve) => channel.send({ type: "drained" }, resolve));
    // Flushes what the program logged last, and what its own SIGTERM listener still has to close.
    const leave = (): void => {
      process.stdout.write("", () => process.exit(0));
      setTimeout(() => process.exit(0), flushMs);
    };
    tellProgram();
    setTimeout(leave, Math.max(0, (stopsUntilMs ?? 0) - now()));
  };

  channel.onMessage((message, handle) => {
    switch (message.type) {
      case "connection":
        watchdog.start();
        if (handle === undefined) lane.reportClosed(message.id);
        else lane.receive(message, handle);
        break;
      case "pressure":
        front.press(message.held > 0);
        if (message.held > 0) lane.reportAllClosed();
        sweep.press(message.held);
        break;
      case "give-back":
        giveBack.begin(message);
        break;
      case "leader":
        setLeader(message.leader);
        if (!message.leader) channel.send({ type: "resigned" });
        break;
      case "tls":
        tls.renew(message.files);
        break;
      case "service":
        services.trip(message.name, message.down);
        break;
      case "drill":
        drill(message.fault, message.forMs);
        break;
      case "invalidate":
        services.hear(message);
        break;
      case "yield":
        drain.yieldTo(message.on);
        break;
      case "fill-pool":
        void fillPool(message.on);
        break;
      case "drain":
        probes.setReady(false);
        drainContext();
        drain.begin(message.because);
        break;
      case "assign":
        break;
    }
  });

  const appPath = assignment.app.path;
  tellLastWords({ process, send: channel.send, inFlight, appPath, tells: () => isReady && !hasFailed, now });
  // Lets an empty loop show (TRAPS 45): until something is served the channel does not count.
  channel.keepAlive(false);
  const keepAlive = (isNeeded: boolean): void => channel.keepAlive(isNeeded || isServing);
  const openContext = async (): Promise<Context> => {
    await services.open();
    return context;
  };
  hostApp({ assignment, context: openContext, serve, released, keepAlive, isReady: () => isReady, fail, warn });
};

/** Whether the requests of one client can come to several workers. */
const isSpread = ({ workers, sticky }: Assignment): boolean => workers > 1 && sticky === "off";

const { cache: loaded } = createRequire(import.meta.url);
/** What a program loads with its first requests. */
const lateModulesMs = 5_000;
const warningsSaid = 20;
/** How long a program's own SIGTERM listener may take, and no less than its last connection. */
const programStopMs = 1000;
/** Where nobody reads stdout any more. */
const flushMs = 1000;
const accessEveryMs = 1_000;
const sweepMs = 1000;
const quietMs = 1000;

let assigned = false;
channel.onMessage((message) => {
  if (message.type !== "assign" || assigned) return;
  assigned = true;
  live(message.assignment);
});
channel.send({ type: "hello" });

import { Command, Redis, type RedisOptions } from "ioredis";
import type { Gate, Retirable, Settled } from "./gate.ts";
import { ownWaitMs } from "./own-wait.ts";
import { RedisError } from "./redis-error.ts";
import { redisFault } from "./redis-fault.ts";
import { retryDelayMs } from "./retry-delay.ts";

/**
 * An ioredis client that never lets a caller wait for a sick server: every command, also those that ioredis sends itself
 * while it connects (TRAPS 30), passes `sendCommand`, which refuses it at once or gives it a deadline. Three deadlines
 * missed in a row end the connection, and its queue with it; whether the next one is any good, its own handshake tells.
 *
 * It rests on what ioredis 5.11 does inside: a handshake in status `connect`, its queue for commands before the first
 * connection, a flush of both queues at each close with `maxRetriesPerRequest: 0`.
 */
export class GuardedRedis extends Redis implements Retirable {
  readonly #gate: Gate;
  readonly #options: RedisOptions;
  /** The worker's own connection speaks for the server's state; what the app does with duplicates is the app's. */
  readonly #isMain: boolean;
  readonly #bornAtMs: number;
  readonly #watched = new WeakMap<Command, Watched>();
  /** A pipeline is written whole or not at all, so its first command decides for it. */
  readonly #pipelines = new WeakMap<object, RedisError | null>();
  readonly #channels = { subscribe: new Set<string>(), psubscribe: new Set<string>(), ssubscribe: new Set<string>() };
  #unsettled = 0;
  #waitingAtServer = 0;
  #timeoutsInARow = 0;
  #fault = "connecting";
  #reconnectedForWriteAtMs = -Infinity;

  constructor(options: RedisOptions, gate: Gate, isMain: boolean) {
    // Connecting begins below: what the base class calls must find our fields. Who asks for the queue of ioredis gets it.
    super({
      ...options,
      lazyConnect: true,
      enableOfflineQueue: true,
      autoResubscribe: false,
      // A write that was sent must not be sent twice.
      autoResendUnfulfilledCommands: false,
      retryStrategy: (attempt) => retryDelayMs(attempt, this.#fault, Math.random()),
      reconnectOnError: (error) => this.#mayReconnectFor(error),
    });
    this.#gate = gate;
    this.#options = options;
    this.#isMain = isMain;
    this.#bornAtMs = gate.now();
    gate.connected(this);
    this.on("error", (error) => this.#noteFault(error));
    this.on("ready", () => this.#onReady());
    this.on("close", () => this.#onClose());
    this.on("reconnecting", () => gate.reconnecting());
    this.on("end", () => gate.gone(this));
    if (options.lazyConnect !== true) this.connect().catch(ignore);
  }

  override duplicate(override: Partial<RedisOptions> = {}): GuardedRedis {
    return new GuardedRedis({ ...this.#options, lazyConnect: false, ...override }, this.#gate, false);
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    const watched = this.#watched.get(command);
    // ioredis passes what has waited for the first connection through here a second time. Who has given up is spared it.
    if (watched !== undefined) {
      return watched.isSettled && stream === undefined ? command.promise : this.#send(command, stream);
    }
    if (command.name === "quit" && this.status !== "ready") return this.#quit(command);
    const isHandshake =
      this.status === "connect" && stream === undefined && Command.checkFlag("HANDSHAKE_COMMANDS", command.name);
    const refusal = isHandshake ? null : this.#refusalOf(stream);
    if (refusal !== null) {
      this.#gate.refused();
      command.reject(refusal);
      return command.promise;
    }
    this.#watch(command, isHandshake);
    return this.#send(command, stream);
  }

  /** Ends the connection for good. */
  retire(): void {
    this.disconnect();
    streamOf(this)?.destroy();
    this.#gate.gone(this);
  }

  #send(command: Command, stream: Stream): unknown {
    const watched = this.#watched.get(command);
    if (watched !== undefined && this.status === "ready") watched.isSent = true;
    return super.sendCommand(command, stream);
  }

  #refusalOf(stream: Stream): RedisError | null {
    if (stream === undefined || !("isPipeline" in stream)) return this.#decide();
    const known = this.#pipelines.get(stream);
    if (known !== undefined) return known;
    const decision = this.#decide();
    this.#pipelines.set(stream, decision);
    return decision;
  }

  #decide(): RedisError | null {
    if (this.#gate.isRefusing()) return down("drill");
    const isReady = this.status === "ready" || this.mode === "monitor";
    if (!isReady && !this.#mayWait()) return down(this.#fault);
    if (isReady && this.#gate.isTripped()) {
      this.#askWhetherItIsBack();
      return down("silent");
    }
    const unanswered = Math.max(this.#unsettled, this.commandQueue.length);
    return unanswered < this.#gate.maxInFlight
      ? null
      : new RedisError("E_REDIS_BUSY", `${unanswered} commands to Redis are unanswered already`);
  }

  /** Until the first connection is there or has failed, commands wait for it, each within its own deadline. */
  #mayWait(): boolean {
    if (this.status === "end") return false;
    if (this.#options.enableOfflineQueue === true) return true;
    if (this.#gate.now() - this.#bornAtMs > this.#gate.commandTimeoutMs) this.options.enableOfflineQueue = false;
    return this.options.enableOfflineQueue === true;
  }

  #askWhetherItIsBack(): void {
    if (this.mode !== "normal" || !this.#gate.takeTrial()) return;
    const ping = new Command("ping");
    ping.promise.catch(ignore);
    this.#watch(ping, false);
    this.#send(ping, undefined);
  }

  #watch(command: Command, isHandshake: boolean): void {
    const watched: Watched = { isSettled: false, isSent: isHandshake };
    this.#watched.set(command, watched);
    const waitMs = command.inTransaction ? 0 : ownWaitMs(command.name, command.args);
    const deadlineMs = this.#gate.commandTimeoutMs + waitMs;
    const { resolve, reject } = command;
    let timer: NodeJS.Timeout | null = null;
    const settle = (how: Settled): void => {
      watched.isSettled = true;
      if (timer !== null) clearTimeout(timer);
      this.#unsettled--;
      if (waitMs === 0) this.#gate.settled(how);
      else this.#waitingAtServer--;
      if (how === "answered" || how === "error") this.#timeoutsInARow = 0;
    };
    command.resolve = (value) => {
      if (!watched.isSettled) settle("answered");
      this.#noteAnswer(command, value, isHandshake);
      return resolve(value);
    };
    command.reject = (error) => {
      if (watched.isSettled) return;
      const fault = redisFault(error);
      if (isHandshake) this.#noteFault(error);
      const wasAnswered = error.name === "ReplyError";
      settle(codeOf(error) === "E_REDIS_TIMEOUT" ? "timeout" : wasAnswered ? "error" : "lost");
      // A handshake's error is for ioredis to read.
      const isTheirs = fault === null || isHandshake || error instanceof RedisError;
      if (isTheirs) reject(error);
      else if (fault !== "closed") reject(down(fault, error));
      else reject(watched.isSent ? lost(this.#fault, error) : down(this.#fault, error));
    };
    if (settlesForIoredis.has(command.name)) command.promise.catch(ignore);

    this.#unsettled++;
    if (waitMs === 0) this.#gate.sent();
    else this.#waitingAtServer++;
    if (deadlineMs === Infinity) return;
    timer = setTimeout(
      () => {
        // The loop may have been busy for that long itself: what has arrived meanwhile is read first.
        setImmediate(() => {
          if (watched.isSettled) return;
          if (watched.isSent) this.#onTimeout(command, deadlineMs, isHandshake);
          else command.reject(down(this.#fault));
        });
      },
      Math.min(deadlineMs, longestTimerMs),
    );
  }

  #onTimeout(command: Command, deadlineMs: number, isHandshake: boolean): void {
    const hasWaiting = this.#waitingAtServer > 0;
    const blocked = hasWaiting ? "; a blocking command holds this connection up: give it a duplicate()" : "";
    const message = `Redis did not answer ${command.name.toUpperCase()} within ${deadlineMs} ms${blocked}`;
    this.#timeoutsInARow++;
    command.reject(new RedisError("E_REDIS_TIMEOUT", message));
    // Not the server's fault then, unless the master sees the same.
    const isAppsFault = hasWaiting && !this.#gate.isTripped();
    if (isHandshake || (this.#timeoutsInARow >= timeoutsUntilDropped && !isAppsFault)) this.#drop();
  }

  /** Ends this connection, which rejects all that is unanswered on it, and makes the next one. */
  #drop(): void {
    this.#timeoutsInARow = 0;
    if (this.status !== "ready" && this.status !== "connect") return;
    this.#fault = "silent";
    this.disconnect(true);
    streamOf(this)?.destroy();
  }

  #onReady(): void {
    if (this.#options.enableOfflineQueue !== true) this.options.enableOfflineQueue = false;
    this.#timeoutsInARow = 0;
    this.#fault = "closed";
    if (this.#isMain) this.#gate.is("up", null);
    if (this.#options.autoResubscribe === false) return;
    for (const kind of ["subscribe", "psubscribe", "ssubscribe"] as const) {
      const channels = [...this.#channels[kind]];
      // Left without its channels it would look well and hear nothing.
      if (channels.length > 0) this[kind](...channels).catch(() => this.#drop());
    }
  }

  #onClose(): void {
    if (this.#options.enableOfflineQueue !== true) this.options.enableOfflineQueue = false;
    // For those who ask for maxRetriesPerRequest: null, where ioredis would neither send it again nor reject it.
    (this as unknown as WithQueues).flushQueue(new Error("Connection is closed."), { offlineQueue: false });
    if (this.#isMain) this.#gate.is("down", this.#fault === "connecting" ? "closed" : this.#fault);
  }

  #noteFault(error: unknown): void {
    const fault = redisFault(error);
    // A plain end of the connection says less than the reason that came before it.
    if (fault === null || (endings.has(fault) && this.status !== "ready")) return;
    this.#fault = fault;
    if (this.#isMain && this.status !== "ready") this.#gate.is("down", fault);
  }

  #failWaiting(error: Error): void {
    this.#noteFault(error);
    if (this.#options.enableOfflineQueue === true) return;
    this.options.enableOfflineQueue = false;
    (this as unknown as WithQueues).flushQueue(error, { commandQueue: false });
  }

  #noteAnswer(command: Command, value: unknown, isHandshake: boolean): void {
    if (isHandshake) {
      // That may take minutes: who waits for the first connection has waited long enough.
      if (command.name === "info" && String(value).includes("loading:1")) this.#failWaiting(new Error("LOADING"));
      return;
    }
    this.#noteChannels(command);
  }

  #noteChannels({ name, args }: Command): void {
    for (const kind of ["subscribe", "psubscribe", "ssubscribe"] as const) {
      const names = this.#channels[kind];
      if (name === kind) for (const arg of args) names.add(String(arg));
      if (name !== unsubscribes[kind]) continue;
      if (args.length === 0) names.clear();
      else for (const arg of args) names.delete(String(arg));
    }
  }

  /** The server has become a replica: the next connection may reach the new master. At most once a second. */
  #mayReconnectFor(error: Error): boolean {
    const nowMs = this.#gate.now();
    if (!error.message.includes("READONLY") || nowMs - this.#reconnectedForWriteAtMs < 1_000) return false;
    this.#reconnectedForWriteAtMs = nowMs;
    return true;
  }

  /** Where there is nothing to say goodbye to, a goodbye has succeeded. */
  #quit(command: Command): unknown {
    this.retire();
    command.resolve(Buffer.from("OK"));
    return command.promise;
  }
}

type Stream = Parameters<Redis["sendCommand"]>[1];

interface Watched {
  isSettled: boolean;
  /** It may have been carried out: only the server knows. */
  isSent: boolean;
}

/** What ioredis keeps private. */
interface WithQueues {
  flushQueue(error: Error, options: { readonly offlineQueue?: false; readonly commandQueue?: false }): void;
}

/** Not there before the first connection, whatever its type says. */
const streamOf = (redis: Redis): Redis["stream"] | undefined => redis.stream;

const down = (fault: string, cause?: unknown): RedisError =>
  new RedisError("E_REDIS_DOWN", `Redis is not available (${fault})`, cause);

const lost = (fault: string, cause: unknown): RedisError =>
  new RedisError("E_REDIS_DOWN", `The connection to Redis was lost before the answer (${fault})`, cause);

const codeOf = (error: Error): string | null => (error instanceof RedisError ? error.code : null);

const ignore = (): void => undefined;

/** ioredis sends these itself when a connection is ready, and looks at no rejection. */
const settlesForIoredis: ReadonlySet<string> = new Set(["select", "subscribe", "psubscribe", "ssubscribe"]);
const unsubscribes = { subscribe: "unsubscribe", psubscribe: "punsubscribe", ssubscribe: "sunsubscribe" } as const;
const endings: ReadonlySet<string> = new Set(["closed", "ECONNRESET", "EPIPE"]);
const timeoutsUntilDropped = 3;
/** Beyond it a timer fires at once (TRAPS 33). */
const longestTimerMs = 2_147_483_647;

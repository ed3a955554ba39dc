import { Redis } from "ioredis";
import { redisFault } from "./redis-fault.ts";
import { connectionOptions, type RedisTarget } from "./target.ts";

/** A connection for one errand: it makes no second try, and its errors are told by whoever asks. */
export interface ShortConnection {
  readonly client: Redis;
  /** Why connecting failed, as the last error event has it: what is rejected says less. */
  fault(): string | null;
  end(): void;
}

/** Not connected yet: call `client.connect()`. The deadline of the whole errand is the caller's. */
export const openShort = (target: RedisTarget, name: string, deadlineMs: number): ShortConnection => {
  let fault: string | null = null;
  const client = new Redis({
    ...connectionOptions(target),
    connectionName: name,
    lazyConnect: true,
    connectTimeout: deadlineMs,
    disconnectTimeout: 100,
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
    sentinelCommandTimeout: deadlineMs / 2,
    maxRetriesPerRequest: 0,
    // It would wait for a server that loads; we want to hear so.
    enableReadyCheck: false,
    // With every write less there is a better chance to read why the server closes the connection.
    disableClientInfo: true,
  });
  client.on("error", (error) => {
    fault ??= redisFault(error);
  });
  // The answer to the connection itself, where ioredis takes it for one to its first command and forgets it.
  client.once("connect", () => {
    client.stream.once("data", (chunk: Buffer) => {
      if (chunk.subarray(0, 1).toString() === "-") fault ??= redisFault(new Error(chunk.toString()));
    });
  });
  return {
    client,
    fault: () => fault,
    end: () => {
      client.disconnect();
      (client.stream as Redis["stream"] | undefined)?.destroy();
    },
  };
};

import { randomBytes } from "node:crypto";
import { parseInfo } from "./info.ts";
import { judgeRedis, noHistory, type RedisReading, type RedisSample } from "./judge-redis.ts";
import { redisFault, writeFault } from "./redis-fault.ts";
import { openShort, type ShortConnection } from "./short-connection.ts";
import type { RedisTarget } from "./target.ts";

/** Looks at Redis on one connection of its own, which it makes anew whenever it has to. */
export interface RedisProbe {
  /** Never rejects, and is back within the deadline; asked again meanwhile, it gives the look that is under way. */
  probe(): Promise<RedisReading>;
  close(): void;
}

interface RedisProbeOptions {
  /** For everything a look does, connecting included. */
  readonly deadlineMs?: number;
  /** The monotonic clock, in ms. */
  readonly now?: () => number;
}

export const createRedisProbe = (target: RedisTarget, options: RedisProbeOptions = {}): RedisProbe => {
  const { deadlineMs = 800, now = () => performance.now() } = options;
  const key = `dashd:probe:${randomBytes(6).toString("hex")}`;
  let connection: ShortConnection | null = null;
  let history = noHistory;
  let underWay: Promise<RedisReading> | null = null;

  const end = (): void => {
    connection?.end();
    connection = null;
  };
  const look = async (): Promise<RedisReading> => {
    connection ??= openShort(target, "dashd:probe", deadlineMs);
    const sample = await withinDeadline(ask(connection, key, now), deadlineMs);
    // A write refused as on a replica: somebody else may be master by now.
    if (sample.kind !== "answered" || sample.writeFault === "read-only") end();
    const judged = judgeRedis(history, sample, now());
    ({ history } = judged);
    return judged.reading;
  };
  return {
    probe: () => {
      underWay ??= look().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    close: end,
  };
};

const ask = async ({ client, fault }: ShortConnection, key: string, now: () => number): Promise<RedisSample> => {
  try {
    if (client.status !== "ready") await client.connect();
    const beganAtMs = now();
    await client.ping();
    const latencyMs = now() - beganAtMs;
    const [write, info, ...config] = await Promise.allSettled([
      client.set(key, "1", "PX", 1_000),
      client.info(),
      ...settingNames.map((name) => client.config("GET", name)),
    ]);
    // Lost on the way: the next look tells more.
    const lost = [write, info].find((outcome) => outcome.status === "rejected" && redisFault(outcome.reason) !== null);
    if (lost !== undefined) return refused((lost as PromiseRejectedResult).reason, fault());
    return {
      kind: "answered",
      latencyMs,
      info: info.status === "fulfilled" ? parseInfo(info.value) : null,
      config: configOf(config),
      writeFault: write.status === "fulfilled" ? null : writeFault(write.reason),
    };
  } catch (error) {
    return refused(error, fault());
  }
};

const refused = (error: unknown, connectFault: string | null): RedisSample => {
  const fault = redisFault(error);
  const saysLess = fault === null || fault === "closed" || fault === "EPIPE" || fault === "ECONNRESET";
  const told = saysLess ? (connectFault ?? fault ?? "refused") : fault;
  return told === "silent" ? { kind: "silent" } : { kind: "refused", fault: told };
};

/** null unless every question was answered. */
const configOf = (answers: readonly PromiseSettledResult<unknown>[]): Readonly<Record<string, string>> | null => {
  const pairs = answers.flatMap((answer) =>
    answer.status === "fulfilled" && Array.isArray(answer.value) && answer.value.length === 2
      ? [[String(answer.value[0]), String(answer.value[1])] as const]
      : [],
  );
  return pairs.length === answers.length ? Object.fromEntries(pairs) : null;
};

const withinDeadline = async (answer: Promise<RedisSample>, deadlineMs: number): Promise<RedisSample> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<RedisSample>((resolve) => {
    // What arrived while the loop was busy is read first.
    timer = setTimeout(() => setImmediate(() => resolve({ kind: "silent" })), deadlineMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

const settingNames = ["maxmemory", "maxmemory-policy", "save", "appendonly"] as const;

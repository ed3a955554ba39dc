import type { RedisOptions } from "ioredis";
import { DashdError } from "../../errors.ts";
import { readRedisUrl, readSentinel, type RedisAddress, type SentinelAddress } from "../../redis-url.ts";

/** Which Redis: one server, or whichever the Sentinels call master. It travels from the master to workers as JSON. */
export type RedisTarget =
  | { readonly kind: "url"; readonly url: string }
  | {
      readonly kind: "sentinel";
      readonly name: string;
      readonly sentinels: readonly SentinelAddress[];
      /** Password, database and TLS are taken from it, its host is not; null: none of them. */
      readonly url: string | null;
    };

export interface RedisSettings {
  readonly redisUrl: string | null;
  readonly redisSentinels: readonly string[];
  readonly redisSentinelName: string | null;
}

/** null: no Redis is asked for. The settings have been checked; what cannot be read all the same is E_INTERNAL. */
export const redisTargetOf = ({ redisUrl, redisSentinels, redisSentinelName }: RedisSettings): RedisTarget | null => {
  if (redisSentinels.length === 0) return redisUrl === null ? null : { kind: "url", url: redisUrl };
  const sentinels = redisSentinels.map((entry) => readSentinel(entry) ?? unreadable("REDIS_SENTINELS"));
  return { kind: "sentinel", name: redisSentinelName ?? usualName, sentinels, url: redisUrl };
};

/** Where to connect and how to be let in, as ioredis wants it. */
export const connectionOptions = (target: RedisTarget): RedisOptions => {
  const address = target.url === null ? null : (readRedisUrl(target.url) ?? unreadable("REDIS_URL"));
  const access = address === null ? {} : accessOptions(address);
  if (target.kind === "sentinel") return { ...access, ...sentinelOptions(target.sentinels, target.name, address) };
  if (address === null) return access;
  const { endpoint } = address;
  // 0: IPv4 and IPv6, whichever the name has.
  if (endpoint.kind === "tcp") return { ...access, host: endpoint.host, port: endpoint.port, family: 0 };
  return { ...access, path: endpoint.path };
};

/** For people: `127.0.0.1:6379/2`, `/run/redis.sock`, `mymaster @ host:26379, host:26379`. Never a secret. */
export const addressText = (target: RedisTarget): string => {
  if (target.kind === "sentinel") return `${target.name} @ ${target.sentinels.map(hostAndPort).join(", ")}`;
  const address = readRedisUrl(target.url);
  if (address === null) return "–";
  const { endpoint, db } = address;
  return `${endpoint.kind === "tcp" ? hostAndPort(endpoint) : endpoint.path}${db === 0 ? "" : `/${db}`}`;
};

const accessOptions = ({ username, password, db, tls }: RedisAddress): RedisOptions => ({
  ...(username === null ? {} : { username }),
  ...(password === null && username === null ? {} : { password: password ?? "" }),
  ...(tls === null ? {} : { tls: { ...tls } }),
  db,
});

const sentinelOptions = (
  sentinels: readonly SentinelAddress[],
  name: string,
  address: RedisAddress | null,
): RedisOptions => {
  const { tls = null, sentinel: { username = null, password = null } = {} } = address ?? {};
  return {
    name,
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    ...(tls === null ? {} : { enableTLSForSentinelMode: true, sentinelTLS: { ...tls } }),
    ...(username === null ? {} : { sentinelUsername: username }),
    ...(password === null ? {} : { sentinelPassword: password }),
  };
};

const hostAndPort = ({ host, port }: SentinelAddress): string => `${host.includes(":") ? `[${host}]` : host}:${port}`;

const unreadable = (variable: string): never => {
  throw new DashdError("E_INTERNAL", { message: `${variable} cannot be read` });
};

/** The name in every example of Redis' own documentation. */
const usualName = "mymaster";

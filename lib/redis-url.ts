import type { Facts } from "./errors.ts";

/** Where a server is and how to be let in, percent-decoded. */
export interface RedisAddress {
  readonly endpoint:
    | { readonly kind: "tcp"; readonly host: string; readonly port: number }
    | { readonly kind: "unix"; readonly path: string };
  readonly username: string | null;
  readonly password: string | null;
  readonly db: number;
  /** null: in the clear. */
  readonly tls: { readonly rejectUnauthorized: boolean } | null;
  /** What Sentinels themselves ask for: `?sentinelUsername=…&sentinelPassword=…`. */
  readonly sentinel: { readonly username: string | null; readonly password: string | null };
}

export interface SentinelAddress {
  readonly host: string;
  readonly port: number;
}

/** The shape of the settings' parsers: the value, or the facts of the sentence that says what is allowed. */
type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly allowed: Facts };

/** For the settings table: the text as it is, once it can be read. */
export const parseRedisUrl = (text: string): Parsed<string> =>
  readRedisUrl(text) === null ? { ok: false, allowed: { kind: "redis-url" } } : { ok: true, value: text };

/** For the settings table: `host:port, host:port`; 26379 where no port is said. */
export const parseSentinels = (text: string): Parsed<readonly string[]> => {
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  return entries.length > 0 && entries.every((entry) => readSentinel(entry) !== null)
    ? { ok: true, value: entries }
    : { ok: false, allowed: { kind: "redis-sentinels" } };
};

/**
 * `redis://[user][:password]@host:port/db`, `rediss://…` (TLS, `?rejectUnauthorized=false` for a certificate of one's own),
 * `unix:///path?db=1`, `redis+unix://…`, or a plain `/path`. null for what is none of these.
 */
export const readRedisUrl = (text: string): RedisAddress | null => {
  try {
    return text.startsWith("/") ? unixAddress(text, "", "") : (readUnixUrl(text) ?? readTcpUrl(text));
  } catch {
    // No URL, or not percent-encoded as it should be.
    return null;
  }
};

export const readSentinel = (text: string): SentinelAddress | null => {
  const [, bracketed, plain, portText = "26379"] =
    /^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(portText);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
};

const readUnixUrl = (text: string): RedisAddress | null => {
  const [, credentials = "", path, query = ""] =
    /^(?:unix|redis\+unix):\/\/(?:([^/@]*)@)?(\/[^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  return path === undefined ? null : unixAddress(decodeURIComponent(path), credentials, query);
};

const unixAddress = (path: string, credentials: string, query: string): RedisAddress | null => {
  const parameters = new URLSearchParams(query);
  const db = readDb(parameters.get("db") ?? "");
  if (db === null || /[\0\r\n]/.test(path)) return null;
  const [username, ...password] = credentials.split(":");
  return {
    endpoint: { kind: "unix", path },
    username: decoded(username ?? ""),
    password: decoded(password.join(":")),
    db,
    tls: null,
    sentinel: sentinelOf(parameters),
  };
};

const readTcpUrl = (text: string): RedisAddress | null => {
  const url = new URL(text);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") return null;
  const db = readDb(url.pathname.replace(/^\//, "") || (url.searchParams.get("db") ?? ""));
  if (db === null || url.hash !== "" || url.port === "0") return null;
  return {
    endpoint: {
      kind: "tcp",
      host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1") || "localhost",
      port: url.port === "" ? 6379 : Number(url.port),
    },
    username: decoded(url.username),
    password: decoded(url.password),
    db,
    tls: url.protocol === "redis:" ? null : { rejectUnauthorized: rejects(url.searchParams) },
    sentinel: sentinelOf(url.searchParams),
  };
};

/** Only the plain word turns the check off: nobody should get there by a typing mistake. */
const rejects = (parameters: URLSearchParams): boolean => parameters.get("rejectUnauthorized") !== "false";

const sentinelOf = (parameters: URLSearchParams): RedisAddress["sentinel"] => ({
  username: parameters.get("sentinelUsername"),
  password: parameters.get("sentinelPassword"),
});

const readDb = (text: string): number | null => {
  if (text === "") return 0;
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
};

const decoded = (text: string): string | null => (text === "" ? null : decodeURIComponent(text));

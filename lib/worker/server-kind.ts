import { Server } from "node:http";
import { Server as NetServer } from "node:net";

/** What a server speaks; `h2c`: HTTP/2 without TLS. */
export type ServerKind = "http" | "https" | "http2" | "h2c";

/** By what they can do: loading node:https or node:http2 only to ask would cost every worker milliseconds. */
export const serverKindOf = (value: unknown): ServerKind | null => {
  if (value instanceof Server) return "http";
  if (!(value instanceof NetServer)) return null;
  if ("updateSettings" in value) return "setSecureContext" in value ? "http2" : "h2c";
  return "setSecureContext" in value && "closeIdleConnections" in value ? "https" : null;
};

export const speaksHttp2 = (kind: ServerKind): boolean => kind === "http2" || kind === "h2c";

/** Those of HTTP/2 lack what only HTTP/1 needs; nobody here asks them for it. */
export const isHttpServer = (value: unknown): value is Server => serverKindOf(value) !== null;

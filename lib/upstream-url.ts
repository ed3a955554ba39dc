import { isIP } from "node:net";
import type { Facts } from "./errors.ts";

/** A server that is already there, as node:http takes it. */
export type UpstreamAddress =
  | { readonly kind: "tcp"; readonly protocol: "http:" | "https:"; readonly hostname: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** For the settings table: the URL in its shortest form. */
export const parseUpstreamUrl = (text: string): Parsed => {
  const address = readUpstreamUrl(text);
  return address === null
    ? { ok: false, allowed: { kind: "upstream-url" } }
    : { ok: true, value: upstreamUrlOf(address) };
};

/**
 * `http://host[:port]`, `https://host[:port]`, `unix:/path`; null for anything else. No user and password, which `ps` and
 * the journal would show; no path, since the links in its pages would miss it.
 */
export const readUpstreamUrl = (text: string): UpstreamAddress | null => {
  if (/\s/.test(text)) return null;
  const unix = /^unix:(?:\/\/)?(\/[^\0?#]+)$/.exec(text)?.[1];
  if (unix !== undefined) return { kind: "unix", path: unix };
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const more = `${username}${password}${search}${hash}`;
  if ((protocol !== "http:" && protocol !== "https:") || more !== "" || pathname !== "/" || port === "0") return null;
  return {
    kind: "tcp",
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? usualPorts[protocol] : Number(port),
  };
};

/** Whether it is the service of this host on `port`: dashd would ask itself. */
export const isOwnPort = (text: string, port: number): boolean => {
  const address = readUpstreamUrl(text);
  if (address?.kind !== "tcp" || address.port !== port) return false;
  return /^(?:localhost|127\.[\d.]+|0\.0\.0\.0|::1?)$/.test(address.hostname);
};

const upstreamUrlOf = (address: UpstreamAddress): string => {
  if (address.kind === "unix") return `unix:${address.path}`;
  const { protocol, hostname, port } = address;
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
  return `${protocol}//${host}${port === usualPorts[protocol] ? "" : `:${port}`}`;
};

const usualPorts = { "http:": 80, "https:": 443 } as const;

type Parsed = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly allowed: Facts };

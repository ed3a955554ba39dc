import type { IncomingMessage } from "node:http";

/**
 * Looks for what node:http lets through and no app should see (TRAPS 32): more than one Host, an empty or odd one, a
 * version other than 1.0 and 1.1, an unknown transfer coding, a target that names another host.
 */
export const createGuard = (): Guard => {
  let lastHost: string | null = null;
  return (req) => {
    if (req.httpVersionMajor !== 1 || req.httpVersionMinor > 1) return "bad";
    const raw = req.rawHeaders;
    let hosts = 0;
    let forwarded = false;
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i] ?? "";
      const length = name.length;
      if (length === 4) {
        if (isHost(name)) hosts++;
      } else if (length >= 9) {
        const first = name.charCodeAt(0) | 32;
        if (first === letterX || first === letterF) forwarded ||= isForwarded(name);
        else if (length === 17 && first === letterT && isUnknownCoding(name, raw[i + 1] ?? "")) return "bad";
      }
    }
    if (hosts > 1) return "bad";
    const host = req.headers.host;
    if (host !== undefined && host !== lastHost) {
      if (!hostForm.test(host)) return "bad";
      lastHost = host;
    }
    const url = req.url ?? "";
    if (url.charCodeAt(0) !== slash && !isOwnTarget(req, url, host)) return "bad";
    return forwarded ? "forwarded" : "fine";
  };
};

/** `forwarded`: it carries X-Forwarded-* or Forwarded, which only a trusted proxy may send. */
export type Guard = (req: IncomingMessage) => "fine" | "forwarded" | "bad";

export const stripForwarded = (req: IncomingMessage): void => {
  for (const name of Object.keys(req.headers)) if (isForwarded(name)) Reflect.deleteProperty(req.headers, name);
  req.rawHeaders = req.rawHeaders.filter((_, i, all) => !isForwarded(all[i - (i % 2)] ?? ""));
};

const letterF = 102;
const letterT = 116;
const letterX = 120;
const slash = 47;

/** RFC 3986 reg-name or IP-literal, with an optional port. */
export const hostForm = /^(?:[a-z0-9._~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::\d*)?$/i;

const isHost = (name: string): boolean => name === "Host" || name === "host" || name.toLowerCase() === "host";
export const isForwarded = (name: string): boolean => /^(?:x-forwarded-.+|forwarded)$/i.test(name);
const isUnknownCoding = (name: string, value: string): boolean =>
  name.toLowerCase() === "transfer-encoding" && value.trim().toLowerCase() !== "chunked";

/** `OPTIONS *`, or an absolute target whose authority is the Host that came with it (RFC 9112, 3.2). */
const isOwnTarget = (req: IncomingMessage, url: string, host: string | undefined): boolean => {
  if (url === "*") return req.method === "OPTIONS";
  const authority = /^https?:\/\/([^/?#]+)/i.exec(url)?.[1];
  return authority !== undefined && host !== undefined && authority.toLowerCase() === host.toLowerCase();
};

import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { DashdError, type Message } from "../errors.ts";
import { sameToken } from "../home/token.ts";

/** Who may pass the admin port. Null lets the request through. */
export interface AdminGate {
  checkHost(request: IncomingMessage): Refusal | null;
  checkToken(request: IncomingMessage): Refusal | null;
}

export interface Refusal {
  readonly status: 401 | 403 | 429;
  readonly error: DashdError;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AdminGateOptions {
  readonly token: string;
  /** The address the port was bound to, as the operator named it. */
  readonly host: string;
  readonly warn: (message: Message) => void;
  /** Monotonic. */
  readonly nowMs: () => number;
}

export const createAdminGate = ({ token, host, warn, nowMs }: AdminGateOptions): AdminGate => {
  const tries = createTries(nowMs);
  const logLine = createLogLine(warn, nowMs);

  const refuse = (request: IncomingMessage, status: Refusal["status"], reason: string): Refusal => {
    const address = addressOf(request);
    logLine(address, reason);
    const headers: Record<string, string> =
      status === 401 ? { "WWW-Authenticate": 'Bearer realm="dashd"' } : status === 429 ? { "Retry-After": "60" } : {};
    return { status, error: new DashdError("E_UNAUTHORIZED", { address, reason }), headers };
  };

  return {
    checkHost: (request) => {
      const named = hostNameOf(request.headers.host);
      // The name under which we were reached. A DNS name that was rebound to us is none of these.
      const ours = [...loopbackNames, host.toLowerCase(), plainAddress(request.socket.localAddress)];
      return named !== null && ours.includes(named) ? null : refuse(request, 403, "admin.host");
    },
    checkToken: (request) => {
      const address = addressOf(request);
      if (tries.spent(address)) return refuse(request, 429, "admin.tries");
      const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
      if (given === undefined) return refuse(request, 401, "admin.no-token");
      if (sameToken(given, token)) return null;
      tries.failed(address);
      return refuse(request, 401, "admin.wrong-token");
    },
  };
};

/** Wrong tokens of one address: this many in this time, then none is looked at until the time has passed. */
const maxTries = 10;
const triesWindowMs = 60_000;
const maxAddresses = 1000;
const logEveryMs = 10_000;

const loopbackNames = ["localhost", "127.0.0.1", "::1"];

const createTries = (nowMs: () => number) => {
  const byAddress = new Map<string, { readonly sinceMs: number; readonly count: number }>();
  const current = (address: string) => {
    const entry = byAddress.get(address);
    return entry !== undefined && nowMs() - entry.sinceMs < triesWindowMs ? entry : { sinceMs: nowMs(), count: 0 };
  };
  return {
    spent: (address: string): boolean => current(address).count >= maxTries,
    failed: (address: string): void => {
      const { sinceMs, count } = current(address);
      byAddress.delete(address);
      byAddress.set(address, { sinceMs, count: count + 1 });
      const oldest = byAddress.keys().next().value;
      if (byAddress.size > maxAddresses && oldest !== undefined) byAddress.delete(oldest);
    },
  };
};

/** One line, then at most one every ten seconds that counts the rest: a flood must not fill the log. */
const createLogLine = (warn: AdminGateOptions["warn"], nowMs: () => number) => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return (address: string, reason: string): void => {
    unsaid += 1;
    if (nowMs() - lastMs < logEveryMs) return;
    warn({ code: "admin.refused", facts: { address, reason, count: unsaid } });
    lastMs = nowMs();
    unsaid = 0;
  };
};

const addressOf = (request: IncomingMessage): string => plainAddress(request.socket.remoteAddress);

const plainAddress = (address: string | undefined): string => (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");

/** Lower-case name of a Host header without its port; null when it is missing or odd. */
const hostNameOf = (header: string | undefined): string | null => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? "");
  const inBrackets = match?.[1];
  if (inBrackets !== undefined) return isIP(inBrackets) === 6 ? inBrackets.toLowerCase() : null;
  return match?.[2]?.toLowerCase() ?? null;
};

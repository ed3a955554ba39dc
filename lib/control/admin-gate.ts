import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { DashdError, type Message } from "../errors.ts";
import { sameToken } from "../home/token.ts";
import type { Access, Role, Visitor } from "../protocol/admin-route.ts";
import { cookieNameOf, readCookie } from "./cookie.ts";
import { createSessions, type OpenSession } from "./sessions.ts";
import { createTries } from "./tries.ts";

/** Who may pass the admin port. */
export interface AdminGate {
  /** Asked before anything else. Null lets the request through. */
  checkRequest(request: IncomingMessage): Refusal | null;
  admit(request: IncomingMessage, needs: Access): Visitor | Refusal;
  /** Opens a session for whoever brings a token. */
  login(request: IncomingMessage, given: string): (OpenSession & { readonly role: Role }) | Refusal;
  logout(request: IncomingMessage): void;
  /** Whose session the cookie opens, and whether the key came with it; null: nobody's. Refuses and logs nothing. */
  sessionOf(request: IncomingMessage): { readonly role: Role; readonly hasKey: boolean } | null;
}

export interface Refusal {
  readonly status: 401 | 403 | 429;
  readonly error: DashdError;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AdminGateOptions {
  readonly tokens: AdminTokens;
  /** The address the port was bound to, as the operator named it. */
  readonly host: string;
  readonly log: { warn(message: Message): void; info(message: Message): void };
  /** Monotonic. */
  readonly nowMs: () => number;
}

export interface AdminTokens {
  readonly operator: string;
  /** May look at everything and change nothing; null: there is none. */
  readonly reader: string | null;
}

/**
 * A request is refused where its Host is none of ours (a name rebound to us), where a browser says that it comes from
 * another origin, and where its URL carries what looks like a token: URLs end up in histories and logs.
 *
 * A token comes as `Authorization: Bearer`, or once at the login, which opens a session (see {@link createSessions}). What
 * changes something needs, with a session, the page's own Origin and the session's key in `X-Dashd-Key`: neither can be
 * sent by another page, nor by whoever merely saw the cookie.
 */
export const createAdminGate = ({ tokens, host, log, nowMs }: AdminGateOptions): AdminGate => {
  const tries = createTries(nowMs);
  const sessions = createSessions(nowMs);
  const logLine = createLogLine((message) => log.warn(message), nowMs);

  const refuse = (request: IncomingMessage, status: Refusal["status"], reason: string): Refusal => {
    const address = addressOf(request);
    logLine(address, reason);
    const headers: Record<string, string> =
      status === 401 ? { "WWW-Authenticate": 'Bearer realm="dashd"' } : status === 429 ? { "Retry-After": "60" } : {};
    return { status, error: new DashdError("E_UNAUTHORIZED", { address, reason }), headers };
  };
  const roleOf = (given: string): Role | null => {
    const isOperator = sameToken(given, tokens.operator);
    const isReader = tokens.reader !== null && sameToken(given, tokens.reader);
    return isOperator ? "operator" : isReader ? "reader" : null;
  };
  const byToken = (request: IncomingMessage, given: string): Role | Refusal => {
    const address = addressOf(request);
    if (tries.spent(address)) return refuse(request, 429, "admin.tries");
    const role = roleOf(given);
    if (role !== null) return role;
    tries.failed(address);
    return refuse(request, 401, "admin.wrong-token");
  };
  const bySession = (request: IncomingMessage, id: string, needs: Access): Visitor | Refusal => {
    const session = sessions.find(id);
    // Not a try at a token: a browser shows an old cookie until it is told otherwise.
    if (session === null) return refuse(request, 401, "admin.no-session");
    const site = request.headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin" && site !== "none") return refuse(request, 403, "admin.origin");
    if (!isSafe(request)) {
      if (request.headers.origin === undefined) return refuse(request, 403, "admin.origin");
      if (!session.isKey(textOf(request.headers["x-dashd-key"]))) return refuse(request, 403, "admin.no-key");
    }
    return mayDo(request, needs, {
      role: session.role,
      via: "session",
      address: addressOf(request),
      isStillIn: session.isOpen,
    });
  };
  const mayDo = (request: IncomingMessage, needs: Access, visitor: Visitor): Visitor | Refusal =>
    needs === "operate" && visitor.role !== "operator" ? refuse(request, 403, "admin.read-only") : visitor;

  return {
    checkRequest: (request) => {
      const named = hostNameOf(request.headers.host);
      const ours = [...loopbackNames, host.toLowerCase(), plainAddress(request.socket.localAddress)];
      if (named === null || !ours.includes(named)) return refuse(request, 403, "admin.host");
      const { origin } = request.headers;
      if (origin !== undefined && !isOwnOrigin(origin, request)) return refuse(request, 403, "admin.origin");
      return holdsToken(request, (text) => roleOf(text) !== null) ? refuse(request, 401, "admin.token-in-url") : null;
    },
    admit: (request, needs) => {
      const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
      const id = readCookie(request, cookieNameOf(request));
      if (given === undefined && id !== null) return bySession(request, id, needs);
      if (given === undefined && !tries.spent(addressOf(request))) return refuse(request, 401, "admin.no-token");
      const role = byToken(request, given ?? "");
      if (typeof role === "object") return role;
      const always = (): boolean => true;
      return mayDo(request, needs, { role, via: "token", address: addressOf(request), isStillIn: always });
    },
    login: (request, given) => {
      const role = byToken(request, given);
      if (typeof role === "object") return role;
      log.info({ code: "admin.login", facts: { address: addressOf(request), role: `admin.role-${role}` } });
      return { ...sessions.open(role), role };
    },
    logout: (request) => {
      const id = readCookie(request, cookieNameOf(request));
      if (id === null || sessions.find(id) === null) return;
      sessions.close(id);
      log.info({ code: "admin.logout", facts: { address: addressOf(request) } });
    },
    sessionOf: (request) => {
      const session = sessions.find(readCookie(request, cookieNameOf(request)) ?? "");
      if (session === null) return null;
      return { role: session.role, hasKey: session.isKey(textOf(request.headers["x-dashd-key"])) };
    },
  };
};

export const isRefusal = (found: object): found is Refusal => "status" in found && "error" in found;

const logEveryMs = 10_000;

const loopbackNames = ["localhost", "127.0.0.1", "::1"];

const isSafe = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";

/**
 * The Host was found to be ours; a page served from it has the same host and port. Without TLS of our own a proxy in front
 * may have it; with it nothing of ours was ever served over plain HTTP.
 */
const isOwnOrigin = (origin: string, request: IncomingMessage): boolean => {
  const scheme = "encrypted" in request.socket ? /^https:\/\//i : /^https?:\/\//i;
  return scheme.test(origin) && origin.replace(scheme, "").toLowerCase() === request.headers.host?.toLowerCase();
};

/** By the name of a parameter, or because it is one, there or in the path. */
const holdsToken = ({ url = "" }: IncomingMessage, isToken: (text: string) => boolean): boolean => {
  const [path = "", query = ""] = url.split(/\?(.*)/s);
  if (path.split("/").some((part) => part !== "" && isToken(part))) return true;
  const parameters = [...new URLSearchParams(query)];
  return parameters.some(([name, value]) => /token|secret|password|bearer|auth/i.test(name) || isToken(value));
};

/** One line, then at most one every ten seconds that counts the rest: a flood must not fill the log. */
const createLogLine = (warn: (message: Message) => void, nowMs: () => number) => {
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

const textOf = (header: string | readonly string[] | undefined): string => (typeof header === "string" ? header : "");

/** Lower-case name of a Host header without its port; null when it is missing or odd. */
const hostNameOf = (header: string | undefined): string | null => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? "");
  const inBrackets = match?.[1];
  if (inBrackets !== undefined) return isIP(inBrackets) === 6 ? inBrackets.toLowerCase() : null;
  return match?.[2]?.toLowerCase() ?? null;
};

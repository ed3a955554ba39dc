import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { DashdError } from "../errors.ts";
import type { AdminRoute, AdminRoutes, Visitor } from "../protocol/admin-route.ts";
import type { ChangeAuthor, ChangeRequest, ControlHandlers, Outcome } from "../protocol/control.ts";
import { serves } from "../protocol/serves.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { isRefusal, type AdminGate } from "./admin-gate.ts";
import { securityHeaders, sendAnswer, sendError, sendJson, sendRefusal, sendText } from "./answers.ts";
import { parseChangeRequest } from "./change-request.ts";
import { createLoginRoutes } from "./login-routes.ts";
import { parseProof } from "./proof-request.ts";
import { parseHeldReport } from "./held-request.ts";
import { parseLogLevel } from "./log-level-request.ts";
import { parseDrillId, parseDrillRequest, parseDrillResult, parseDrillRun } from "./drill-request.ts";
import { streamDrill } from "./drill-stream.ts";
import { streamProgress } from "./progress-stream.ts";
import { readJson } from "./read-json.ts";

/** The control API behind either door: without a gate (the unix socket) everybody who got in may do everything. */
export const createRoutes = ({ handlers, gate, more, audit }: RoutesOptions): RequestListener => {
  const where = (): Pick<Outcome, "stage" | "revision" | "generation"> => handlers.status();

  const api: AdminRoutes = {
    "/v1/status": {
      method: "GET",
      needs: "read",
      run: (_request, response) => sendJson(response, 200, handlers.status()),
    },
    "/v1/settings": {
      method: "GET",
      needs: "read",
      run: (_request, response) => sendJson(response, 200, handlers.settings()),
    },
    "/v1/log-level": {
      method: "POST",
      needs: "operate",
      run: async (request, response, visitor) => {
        const level = parseLogLevel(await readJson(request));
        audit(visitor, `log level ${level}`);
        handlers.setLogLevel(level);
        sendJson(response, 200, { level });
      },
    },
    "/v1/change": {
      method: "POST",
      needs: "operate",
      run: async (request, response, visitor) => {
        const wanted = signed(parseChangeRequest(await readJson(request)), visitor);
        audit(visitor, wantedText(wanted));
        await streamProgress(response, await handlers.change(wanted), where);
      },
    },
    "/v1/held": {
      method: "POST",
      needs: "operate",
      run: async (request, response) => {
        sendJson(response, 200, handlers.held(parseHeldReport(await readJson(request))));
      },
    },
    "/v1/drill": {
      method: "POST",
      needs: "operate",
      run: async (request, response, visitor) => {
        const wanted = parseDrillRequest(await readJson(request));
        audit(visitor, `drill ${wanted.drill}`);
        await streamDrill(response, await handlers.drill.begin(wanted));
      },
    },
    "/v1/drill/run": {
      method: "POST",
      needs: "operate",
      run: async (request, response, visitor) => {
        const wanted = signed(parseDrillRun(await readJson(request)), visitor);
        audit(visitor, `drill ${wanted.drill}`);
        await streamProgress(response, await handlers.runDrill(wanted), where);
      },
    },
    "/v1/drill/stop": {
      method: "POST",
      needs: "operate",
      run: (request, response, visitor) => {
        request.resume();
        audit(visitor, "drill stop");
        handlers.stopDrill();
        sendJson(response, 200, { done: true });
      },
    },
    "/v1/drill/restore": {
      method: "POST",
      needs: "operate",
      run: async (request, response) => {
        handlers.drill.restore(parseDrillId(await readJson(request)));
        sendJson(response, 200, { done: true });
      },
    },
    "/v1/drill/end": {
      method: "POST",
      needs: "operate",
      run: async (request, response) => {
        await handlers.drill.end(parseDrillResult(await readJson(request)));
        sendJson(response, 200, { done: true });
      },
    },
    "/v1/stop": {
      method: "POST",
      needs: "operate",
      run: async (request, response, visitor) => {
        request.resume();
        audit(visitor, "stop");
        await streamProgress(response, await handlers.stop(), where);
      },
    },
    "/v1/proof": {
      method: "POST",
      needs: "operate",
      run: async (request, response) => {
        handlers.keepProof(parseProof(await readJson(request)));
        sendJson(response, 200, { kept: true });
      },
    },
    "/v1/pool-fill": {
      method: "POST",
      needs: "operate",
      run: async (request, response) => {
        request.resume();
        sendJson(response, 200, await handlers.fillPools());
      },
    },
    /** What orchestrators ask: no token, and nothing in it to keep from anyone. */
    "/healthz": { method: "GET", needs: "nothing", run: (_request, response) => sendText(response, 200, "ok\n") },
    "/readyz": {
      method: "GET",
      needs: "nothing",
      run: (_request, response) => {
        const { ready, state } = readinessOf(handlers.status());
        sendText(response, ready ? 200 : 503, `${state}\n`);
      },
    },
    "/": { method: "GET", needs: "nothing", run: (_request, response) => sendText(response, 200, frontPage) },
    ...(gate === null ? {} : createLoginRoutes(gate)),
    ...more,
  };
  const known = Object.keys(api).filter((path) => path.startsWith("/v1/"));

  return (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const route = Object.hasOwn(api, path) ? api[path] : undefined;
    // Under whatever name they know us.
    if (route !== undefined && probes.has(path)) return answer(route, request, response, owner);
    const refused = gate?.checkRequest(request) ?? null;
    if (refused !== null) return sendRefusal(response, refused);
    if (route?.needs === "nothing") return answer(route, request, response, owner);
    const visitor = gate?.admit(request, route?.needs ?? "read") ?? owner;
    if (isRefusal(visitor)) return sendRefusal(response, visitor);
    if (route !== undefined) return answer(route, request, response, visitor);
    return sendError(response, notServed("path", path, known.join(", ")), 404);
  };
};

const probes: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** Who can open the home's socket. */
const owner: Visitor = { role: "operator", via: "socket", address: null, isStillIn: () => true };

/** The journal tells who it was by what was proved, not by what the page says. */
const signed = <Wanted extends ChangeAuthor>(wanted: Wanted, { via, address }: Visitor): Wanted =>
  via === "session" ? { ...wanted, by: `panel (${address ?? "–"})` } : wanted;

const wantedText = (wanted: ChangeRequest): string => {
  if (wanted.kind === "stage") return `stage ${wanted.stage}`;
  return wanted.kind === "rollback" && wanted.to !== null ? `rollback --to ${wanted.to}` : wanted.kind;
};

const readinessOf = (snapshot: Snapshot): { readonly ready: boolean; readonly state: string } => {
  const someoneServes = snapshot.workers.some(serves);
  const open = snapshot.state === "held" || snapshot.state === "changing" || snapshot.state === "degraded";
  return { ready: someoneServes && open, state: open && !someoneServes ? "no worker ready" : snapshot.state };
};

interface RoutesOptions {
  readonly handlers: ControlHandlers;
  readonly gate: AdminGate | null;
  /** Of the panel; they go before the API's own under the same path. */
  readonly more: AdminRoutes;
  /** Somebody is about to change something. */
  readonly audit: (visitor: Visitor, what: string) => void;
}

const answer = (route: AdminRoute, request: IncomingMessage, response: ServerResponse, visitor: Visitor): void => {
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (method !== route.method) {
    response.setHeader("Allow", route.method === "GET" ? "GET, HEAD" : route.method);
    return sendError(response, notServed("method", String(request.method), route.method), 405);
  }
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  void (async (): Promise<void> => {
    try {
      const made = await route.run(request, response, visitor);
      if (made !== undefined) sendAnswer(response, made);
    } catch (error) {
      fail(request, response, error);
    }
  })();
};

/** The body may be half read: say what is wrong and close, so that its rest is not taken for the next request. */
const fail = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  if (!request.complete) response.setHeader("Connection", "close");
  sendError(response, error);
};

const notServed = (subject: string, found: string, expected: string): DashdError =>
  new DashdError("E_USAGE", { found: `${subject} ${found.slice(0, 100)}`, expected });

const frontPage = `dashd admin port

GET  /healthz     alive (no token)
GET  /readyz      ready to serve (no token)
GET  /v1/status   with "Authorization: Bearer <token>"; the token is in the home of the instance
GET  /metrics     the same, for Prometheus; the read-only token is enough
`;

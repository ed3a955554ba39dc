import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { DashdError } from "../errors.ts";
import { isLogLevel } from "../log.ts";
import type { ControlHandlers, Outcome } from "../protocol/control.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { AdminGate, Refusal } from "./admin-gate.ts";
import { sendError, sendJson, sendText } from "./answers.ts";
import { parseChangeRequest } from "./change-request.ts";
import { parseProof } from "./proof-request.ts";
import { parseHeldReport } from "./held-report.ts";
import { parseDrillId, parseDrillRequest, parseDrillResult } from "./drill-request.ts";
import { streamDrill } from "./drill-stream.ts";
import { streamProgress } from "./progress-stream.ts";
import { readJson } from "./read-json.ts";

/** The control API behind either door: without a gate (the unix socket) everybody who got in may do everything. */
export const createRoutes = ({ handlers, gate }: RoutesOptions): RequestListener => {
  const where = (): Pick<Outcome, "stage" | "revision" | "generation"> => handlers.status();

  const api: Readonly<Record<string, Route>> = {
    "/v1/status": { method: "GET", run: (_request, response) => sendJson(response, 200, handlers.status()) },
    "/v1/settings": { method: "GET", run: (_request, response) => sendJson(response, 200, handlers.settings()) },
    "/v1/log-level": {
      method: "POST",
      run: async (request, response) => {
        const body = await readJson(request);
        const level = typeof body === "object" && body !== null && "level" in body ? body.level : undefined;
        if (!isLogLevel(level)) {
          const found = `level: ${JSON.stringify(level ?? null).slice(0, 60)}`;
          throw new DashdError("E_USAGE", { found, expected: "error, warn, info, debug" });
        }
        handlers.setLogLevel(level);
        sendJson(response, 200, { level });
      },
    },
    "/v1/change": {
      method: "POST",
      run: async (request, response) => {
        const wanted = parseChangeRequest(await readJson(request));
        await streamProgress(response, await handlers.change(wanted), where);
      },
    },
    "/v1/held": {
      method: "POST",
      run: async (request, response) => {
        sendJson(response, 200, handlers.held(parseHeldReport(await readJson(request))));
      },
    },
    "/v1/drill": {
      method: "POST",
      run: async (request, response) => {
        const wanted = parseDrillRequest(await readJson(request));
        await streamDrill(response, await handlers.drill.begin(wanted));
      },
    },
    "/v1/drill/restore": {
      method: "POST",
      run: async (request, response) => {
        handlers.drill.restore(parseDrillId(await readJson(request)));
        sendJson(response, 200, { done: true });
      },
    },
    "/v1/drill/end": {
      method: "POST",
      run: async (request, response) => {
        await handlers.drill.end(parseDrillResult(await readJson(request)));
        sendJson(response, 200, { done: true });
      },
    },
    "/v1/stop": {
      method: "POST",
      run: async (request, response) => {
        request.resume();
        await streamProgress(response, await handlers.stop(), where);
      },
    },
    "/v1/proof": {
      method: "POST",
      run: async (request, response) => {
        handlers.keepProof(parseProof(await readJson(request)));
        sendJson(response, 200, { kept: true });
      },
    },
    "/v1/pool-fill": {
      method: "POST",
      run: async (request, response) => {
        request.resume();
        sendJson(response, 200, await handlers.fillPools());
      },
    },
  };
  /** What orchestrators ask, under whatever name they know us: no token, and nothing in it to keep from anyone. */
  const open: Readonly<Record<string, Route>> = {
    "/healthz": { method: "GET", run: (_request, response) => sendText(response, 200, "ok\n") },
    "/readyz": {
      method: "GET",
      run: (_request, response) => {
        const { ready, state } = readinessOf(handlers.status());
        sendText(response, ready ? 200 : 503, `${state}\n`);
      },
    },
  };
  const front: Route = { method: "GET", run: (_request, response) => sendText(response, 200, frontPage) };

  return (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const probe = Object.hasOwn(open, path) ? open[path] : undefined;
    if (probe !== undefined) return answer(probe, request, response);
    const wrongHost = gate?.checkHost(request) ?? null;
    if (wrongHost !== null) return refuse(wrongHost, response);
    if (path === "/") return answer(front, request, response);
    const refusal = gate?.checkToken(request) ?? null;
    if (refusal !== null) return refuse(refusal, response);
    const route = Object.hasOwn(api, path) ? api[path] : undefined;
    if (route !== undefined) return answer(route, request, response);
    return sendError(response, notServed("path", path, Object.keys(api).join(", ")), 404);
  };
};

/** CONTRACT section 7: a late worker is a ready one whose beat is slow; it still serves. */
const readinessOf = (snapshot: Snapshot): { readonly ready: boolean; readonly state: string } => {
  const serves = snapshot.workers.some(({ state }) => state === "ready" || state === "late");
  const open = snapshot.state === "held" || snapshot.state === "changing" || snapshot.state === "degraded";
  return { ready: serves && open, state: open && !serves ? "no worker ready" : snapshot.state };
};

interface RoutesOptions {
  readonly handlers: ControlHandlers;
  readonly gate: AdminGate | null;
}

interface Route {
  readonly method: "GET" | "POST";
  run(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}

const answer = (route: Route, request: IncomingMessage, response: ServerResponse): void => {
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (method !== route.method) {
    response.setHeader("Allow", route.method === "GET" ? "GET, HEAD" : route.method);
    return sendError(response, notServed("method", String(request.method), route.method), 405);
  }
  try {
    Promise.resolve(route.run(request, response)).catch((error: unknown) => fail(request, response, error));
  } catch (error) {
    fail(request, response, error);
  }
};

/** The body may be half read: say what is wrong and close, so that its rest is not taken for the next request. */
const fail = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  if (!request.complete) response.setHeader("Connection", "close");
  sendError(response, error);
};

const refuse = ({ status, error, headers }: Refusal, response: ServerResponse): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendError(response, error, status);
};

const notServed = (subject: string, found: string, expected: string): DashdError =>
  new DashdError("E_USAGE", { found: `${subject} ${found.slice(0, 100)}`, expected });

const frontPage = `dashd admin port

GET  /healthz     alive (no token)
GET  /readyz      ready to serve (no token)
GET  /v1/status   with "Authorization: Bearer <token>"; the token is in the home of the instance
`;

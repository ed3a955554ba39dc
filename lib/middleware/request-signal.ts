import { IncomingMessage, ServerResponse } from "node:http";

/**
 * `req.signal` and `res.locals.signal`: an AbortSignal that fires when the request timed out, its client went away, or it
 * is an event stream whose worker drains and can wait no longer.
 * Made when first read; a request that never reads it pays nothing. Those of HTTP/2 have prototypes of their own.
 */
export const installRequestSignal = (
  request: object = IncomingMessage.prototype,
  response: object = ServerResponse.prototype,
): void => {
  if (Object.hasOwn(response, installed)) return;
  Object.defineProperty(response, installed, { value: true });
  Object.defineProperty(request, "signal", {
    configurable: true,
    get(this: WithAbort) {
      return abortOf(this).signal;
    },
    set(this: WithAbort, value: unknown) {
      Object.defineProperty(this, "signal", { value, writable: true, configurable: true, enumerable: true });
    },
  });
  // Express keeps a `res.locals` that is already there; it would make one itself for every request.
  Object.defineProperty(response, "locals", {
    configurable: true,
    get(this: WithLocals) {
      return (this[kLocals] ??= new Locals(this));
    },
    set(this: WithLocals, value: object) {
      this[kLocals] = value;
    },
  });
};

/** Fires the request's signal, also for one who asks only later. */
export const abortRequest = (req: IncomingMessage, reason: "timed-out" | "client-gone" | "draining"): void => {
  abortOf(req).abort(new DOMException(reason, reason === "timed-out" ? "TimeoutError" : "AbortError"));
};

const installed = Symbol("dashd.requestSignal");
const kAbort = Symbol("dashd.abort");
const kLocals = Symbol("dashd.locals");

type WithAbort = IncomingMessage & { [kAbort]?: AbortController };
type WithLocals = ServerResponse & { [kLocals]?: object };

const abortOf = (req: WithAbort): AbortController => (req[kAbort] ??= new AbortController());

class Locals {
  readonly #res: ServerResponse;
  constructor(res: ServerResponse) {
    this.#res = res;
  }
  get signal(): AbortSignal {
    return abortOf(this.#res.req).signal;
  }
}
Reflect.deleteProperty(Locals.prototype, "constructor");
Object.setPrototypeOf(Locals.prototype, null);

import type { ServerResponse } from "node:http";
import { StreamAnswer } from "./http2-exchange.ts";

/**
 * Makes late writes to an answer that we gave in the app's place harmless: no ERR_HTTP_HEADERS_SENT, no write after end,
 * callbacks still called. Shadows this one answer's methods, so ordinary answers pay nothing.
 */
export const neutralise = (res: ServerResponse): void => {
  const self = (): ServerResponse => res;
  const swallow = (...args: readonly unknown[]): true => {
    const callback = args.find((arg): arg is () => void => typeof arg === "function");
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };
  const shadow = {
    setHeader: self,
    setHeaders: self,
    appendHeader: self,
    removeHeader: () => undefined,
    writeHead: self,
    flushHeaders: () => undefined,
    writeContinue: () => undefined,
    writeProcessing: () => undefined,
    writeEarlyHints: () => undefined,
    addTrailers: () => undefined,
    write: swallow,
    end: (...args: readonly unknown[]) => {
      swallow(...args);
      return res;
    },
  };
  // An app of HTTP/2 streams has no other object for its answer.
  const [target, methods] = res instanceof StreamAnswer ? [res.stream, { ...shadow, ...streamOnly }] : [res, shadow];
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  }
};

const nothing = (): void => {};
const streamOnly = {
  respond: nothing,
  respondWithFD: nothing,
  respondWithFile: nothing,
  additionalHeaders: nothing,
  pushStream: nothing,
  sendTrailers: nothing,
};

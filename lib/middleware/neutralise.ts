import type { ServerResponse } from "node:http";

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
  for (const [name, value] of Object.entries(shadow)) {
    Object.defineProperty(res, name, { value, writable: true, configurable: true });
  }
};

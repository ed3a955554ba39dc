import type { RequestListener, Server } from "node:http";
import { isHttpServer } from "./server-kind.ts";

/** What a module exported, as something that can be served (CONTRACT section 8). */
export const classifyExport = (value: unknown, depth = 0): AppExport => {
  if (isHttpServer(value)) return { kind: "server", server: value };
  if (typeof value === "function") return classifyFunction(value as AnyFunction);
  if (!isObject(value)) return { kind: "none" };
  // Fastify: it is thenable, so it is looked at and never awaited (TRAPS 47).
  if (isHttpServer(value["server"])) return { kind: "server", server: value["server"], ready: readyOf(value) };
  if ("default" in value && depth < maxDepth) return classifyExport(value["default"], depth + 1);
  return { kind: "none" };
};

export type AppExport =
  | { readonly kind: "none" }
  | { readonly kind: "handler"; readonly handler: RequestListener }
  | { readonly kind: "server"; readonly server: Server; readonly ready?: (() => Promise<void>) | undefined }
  /** A function of the context that makes one of the others. */
  | { readonly kind: "factory"; readonly make: (context: unknown) => unknown };

/** An Express app (or Connect, or a router) is a function that has `handle` and takes three. */
const classifyFunction = (value: AnyFunction): AppExport => {
  if (value.length >= 2 || typeof value.handle === "function") {
    return { kind: "handler", handler: value as unknown as RequestListener };
  }
  return { kind: "factory", make: (context) => value(context) };
};

const readyOf = (app: Record<string, unknown>): (() => Promise<void>) | undefined => {
  const ready = app["ready"];
  if (typeof ready !== "function") return undefined;
  return () =>
    new Promise((resolve, reject) => {
      ready.call(app, (error: unknown) => (error ? reject(error) : resolve()));
    });
};

type AnyFunction = ((context: unknown) => unknown) & { readonly handle?: unknown };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** A transpiled module: `module.exports = { default: { default: app } }` at most. */
const maxDepth = 2;

import { fixtureApp } from "./apps.ts";

/** New code as it goes wrong in production: what stands behind `const app = express();`. */
export const faults = {
  "throws at load": `throw new Error("on purpose");`,
  "never gets ready": `setInterval(() => undefined, 1_000); await new Promise(() => undefined);`,
  "answers 500 to every fifth": `let n = 0; app.use((req, res, next) => (n++ % 5 ? next() : res.status(500).json(card(req))));`,
  "is ten times slower": `app.use((req, res, next) => void setTimeout(next, 450));`,
  // Bounded, so that nothing but this program suffers.
  leaks: `const kept = []; app.use((req, res, next) => { if (kept.length < 900) kept.push(Buffer.alloc(1_048_576, 1)); next(); });`,
  "blocks its loop": `let n = 0; app.use((req, res, next) => { if (n++ > 20) for (;;); next(); });`,
  "crashes after 5 s": `setTimeout(() => { throw new Error("on purpose"); }, 5_000);`,
} as const;

export type Fault = keyof typeof faults;

/** A handler of 50 ms. */
export const usualPath = "/slow?ms=50";

/**
 * An app of one version, whose every answer names it. `/data` needs PostgreSQL and Redis. Each connection that one of its
 * processes takes in hand is a line in the file `taken`: who has a connection answers for what became of it.
 */
export const deployment = (version: string, taken: string, fault = ""): string => `
import { appendFileSync } from "node:fs";
import { subscribe } from "node:diagnostics_channel";
import express from "express";
import routes from ${JSON.stringify(fixtureApp("routes.cjs"))};
const version = ${JSON.stringify(version)};
subscribe("net.server.socket", ({ socket }) =>
  appendFileSync(${JSON.stringify(taken)}, [version, process.pid, socket.remotePort, Date.now()].join(" ") + "\\n"),
);
const card = (req) => ({ pid: process.pid, version, n: req.query.n ?? null });
export default async ({ postgres, redis }) => {
  const app = express();
  ${fault}
  app.get("/data", async (req, res) => {
    try {
      await postgres?.query("select 1");
      await redis?.incr("visits");
      res.json(card(req));
    } catch (error) {
      res.status(503).json({ ...card(req), error: error.message });
    }
  });
  routes.addRoutes(app, { version });
  return app;
};
`;

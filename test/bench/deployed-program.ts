import { writeApp } from "../support/apps.ts";
import { fixtureApp } from "../support/apps.ts";

/**
 * The Express program that both sides of the bench of bad deployments run, unmodified: it listens itself, says "ready" to
 * PM2 as its papers ask, and closes on PM2's SIGINT as politely as it can: first its answers ask clients to go, then it
 * takes no connection any more, and it ends when the last has gone.
 */
export const writeProgram = (dir: string, version: string, fault = ""): string =>
  writeApp(
    dir,
    "shop.cjs",
    `
const express = require("express");
const { addRoutes } = require(${JSON.stringify(fixtureApp("routes.cjs"))});
const version = ${JSON.stringify(version)};
const card = (req) => ({ pid: process.pid, version, n: req.query.n ?? null });
const main = async () => {
  const app = express();
  let closing = false;
  app.use((req, res, next) => {
    if (closing) res.set("Connection", "close");
    next();
  });
  ${fault}
  addRoutes(app, { version });
  const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => process.send?.("ready"));
  process.on("SIGINT", () => {
    closing = true;
    setTimeout(() => server.close(() => process.exit(0)), 1_000);
  });
};
main();
`,
  );

import { existsSync } from "node:fs";
import type { AppIdentity, Launch } from "./app-identity.ts";

/** How the workers of a generation are started by now. An app that is sealed outlives its folder: it runs in its copy's. */
export const launchOf = (app: AppIdentity): Launch => {
  const { sealed, cwd = process.cwd() } = app;
  if (sealed === undefined) return app;
  return { execArgv: sealed.execArgv, cwd: existsSync(cwd) ? cwd : sealed.cwd };
};

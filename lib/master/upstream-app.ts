import { createHash } from "node:crypto";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import type { AppIdentity, AppToRun } from "./app-identity.ts";

/** The app that stands in front of a server which is already there; its one argument is the URL. */
export const upstreamApp = (url: string): AppToRun => ({
  path: join(packageRoot(), "dist", entry),
  builtIn: true,
  args: [url],
});

/** The URL, of such an app; null for any other. */
export const upstreamOf = ({ path, builtIn, args }: AppToRun): string | null =>
  builtIn && path.endsWith(entry) ? (args[0] ?? null) : null;

/** Its own code is not on this disk: it is the same as long as the URL is, wherever dashd itself is installed by now. */
export const identifyUpstream = (url: string): AppIdentity => ({
  ...upstreamApp(url),
  version: null,
  fingerprint: `sha256:${createHash("sha256").update(url).digest("hex")}`,
});

const entry = join("lib", "upstream", "main.js");

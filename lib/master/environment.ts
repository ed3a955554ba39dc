import type { Message } from "../errors.ts";
import type { Development } from "./options.ts";

/** What production does not do with the environment it was given, or does and should be asked about: never silently. */
export const modeWarnings = (
  env: Readonly<NodeJS.ProcessEnv>,
  noInspector: string | null,
  development: Development | null,
): readonly Message[] => [
  ...(noInspector === null ? [] : [{ code: "warning.no-inspector", facts: { found: noInspector } }]),
  ...(development === null && env["NODE_ENV"] === "development"
    ? [{ code: "warning.node-env", facts: { found: "development" } }]
    : []),
  ...(development !== null && env["NODE_ENV"] === "production"
    ? [{ code: "warning.dev-node-env", facts: { found: "production" } }]
    : []),
];

/**
 * Cleans what would change node:cluster or leak: workers inherit the master's environment, and node:cluster itself
 * looks into it when it forks (TRAPS 34). Gives what of NODE_OPTIONS was taken out; null: nothing.
 */
export const cleanEnvironment = (env: NodeJS.ProcessEnv): string | null => {
  delete env["NODE_CLUSTER_SCHED_POLICY"];
  delete env["NODE_UNIQUE_ID"];
  // The app has no use for the key to its own supervisor.
  delete env["DASHD_ADMIN_TOKEN"];
  const options = env["NODE_OPTIONS"];
  if (options === undefined) return null;
  const words = options.split(/\s+/).filter((word) => word !== "");
  const removed = words.filter(isInspector);
  if (removed.length === 0) return null;
  const kept = words.filter((word) => !isInspector(word)).join(" ");
  if (kept === "") delete env["NODE_OPTIONS"];
  else env["NODE_OPTIONS"] = kept;
  return removed.join(" ");
};

/** node:cluster adds a port to every worker when it sees the inspector's flags, and all of them would open one. */
const isInspector = (option: string): boolean =>
  /^--inspect(-brk|-port|-wait|-publish-uid)?(=|$)|^--debug/.test(option);

/**
 * Cleans what would change node:cluster or leak: workers inherit the master's environment, and node:cluster itself
 * looks into it when it forks (TRAPS 34).
 */
export const cleanEnvironment = (env: NodeJS.ProcessEnv): void => {
  delete env["NODE_CLUSTER_SCHED_POLICY"];
  delete env["NODE_UNIQUE_ID"];
  // The app has no use for the key to its own supervisor.
  delete env["DASHD_ADMIN_TOKEN"];
  const options = env["NODE_OPTIONS"];
  if (options === undefined) return;
  const kept = withoutInspector(options);
  if (kept === "") delete env["NODE_OPTIONS"];
  else env["NODE_OPTIONS"] = kept;
};

/** node:cluster adds a port to every worker when it sees the inspector's flags, and all of them would open one. */
const withoutInspector = (nodeOptions: string): string =>
  nodeOptions
    .split(/\s+/)
    .filter((option) => option !== "" && !/^--inspect(-brk|-port|-wait|-publish-uid)?(=|$)|^--debug/.test(option))
    .join(" ");

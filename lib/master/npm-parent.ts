/**
 * npm and npx run a program through a shell that does not pass SIGTERM on: who ends npx would leave the instance behind,
 * unseen. Started that way, the end of the parent is the wish to stop. Gives what ends the watch.
 */
export const watchNpmParent = (env: NodeJS.ProcessEnv, parentGone: () => void): (() => void) => {
  if (env["npm_lifecycle_event"] === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    parentGone();
  }, lookEveryMs);
  return () => clearInterval(timer);
};

const lookEveryMs = 500;

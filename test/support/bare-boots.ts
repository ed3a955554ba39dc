import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repositoryDir } from "./apps.ts";

/**
 * Starts so many plain Express programs at once and gives the time until the last one listens: what this host needs for
 * as many boots right now, dashd or not. They are gone when it comes back.
 */
export const bareBoots = async (count: number): Promise<number> => {
  const startedAtMs = performance.now();
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "ignore"] }),
  );
  const ended = children.map((child) => once(child, "close"));
  try {
    await Promise.all(children.map((child) => Promise.race([once(child.stdout, "data"), once(child, "error")])));
    return performance.now() - startedAtMs;
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(ended);
  }
};

/** The slowest of as many boots, over and over beside `meanwhile`; what that gives, and how long it took. */
export const beside = async <T>(
  count: number,
  meanwhile: Promise<T>,
): Promise<{ readonly result: T; readonly tookMs: number; readonly bootMs: number }> => {
  const startedAtMs = performance.now();
  let over = false;
  const timed = meanwhile
    .then((result) => ({ result, tookMs: performance.now() - startedAtMs }))
    .finally(() => (over = true));
  let bootMs = 0;
  do bootMs = Math.max(bootMs, await bareBoots(count));
  while (!over);
  return { ...(await timed), bootMs };
};

const program = join(repositoryDir, "test/fixtures/bare-boot.cjs");

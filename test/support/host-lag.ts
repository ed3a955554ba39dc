import { afterwards, type Cleanup } from "./afterwards.ts";

/**
 * How late a timer of this process comes, all the while: on a busy host everybody's clocks are read that much too late,
 * ours and the server's. A bound on a time allows for it openly.
 */
export const watchHostLag = (t: Cleanup): HostLag => {
  let dueAtMs = performance.now() + everyMs;
  const lags: { readonly atMs: number; readonly lagMs: number }[] = [];
  const timer = setInterval(() => {
    const nowMs = performance.now();
    lags.push({ atMs: nowMs, lagMs: Math.max(0, nowMs - dueAtMs) });
    dueAtMs = nowMs + everyMs;
  }, everyMs);
  afterwards(t, () => clearInterval(timer));
  const since = (fromMs: number): readonly number[] =>
    lags.filter(({ atMs }) => atMs >= fromMs).map(({ lagMs }) => lagMs);
  return { worstMs: (fromMs = 0) => Math.max(0, ...since(fromMs)) };
};

export interface HostLag {
  /** The longest since then (`performance.now()`), or ever. */
  worstMs(fromMs?: number): number;
}

const everyMs = 20;

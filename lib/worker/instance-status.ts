import { socketAddress } from "../home/socket-address.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/** The instance's snapshot, asked of the master's control socket and kept for a second. */
export const createInstanceStatus = (controlPath: string, now: () => number): (() => Promise<Snapshot>) => {
  let asked: { readonly atMs: number; readonly snapshot: Promise<Snapshot> } | null = null;
  return () => {
    if (asked !== null && now() - asked.atMs < freshMs) return asked.snapshot;
    const snapshot = ask(controlPath);
    asked = { atMs: now(), snapshot };
    return snapshot;
  };
};

const freshMs = 1000;
const deadlineMs = 1000;
const maxBytes = 4 * 1024 * 1024;

const ask = async (controlPath: string): Promise<Snapshot> => {
  const { request } = await import("node:http");
  const { path: socketPath, release } = socketAddress(controlPath);
  return new Promise<Snapshot>((resolve, reject) => {
    const signal = AbortSignal.timeout(deadlineMs);
    const req = request({ socketPath, path: "/v1/status", signal, agent: false }, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > maxBytes) req.destroy(new Error("the answer is too long"));
      });
      res.on("error", reject);
      res.on("end", () => {
        if (res.statusCode !== 200) reject(new Error(`the master answered ${res.statusCode ?? 0}`));
        else resolve(JSON.parse(text) as Snapshot);
      });
    });
    req.on("error", reject);
    req.end();
  }).finally(release);
};

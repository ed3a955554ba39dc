import { request } from "node:http";
import { join } from "node:path";
import type { Cleanup } from "./afterwards.ts";
import { writeApp } from "./apps.ts";
import { type Instance, startDashd } from "./instance.ts";
import { smallLadder } from "./ladder.ts";
import { scratchDir } from "./scratch.ts";

/** Its name, its output and its path are an attacker's. */
export const startOdd = (t: Cleanup, { args = [] }: { readonly args?: readonly string[] } = {}): Promise<Instance> => {
  const dir = scratchDir(t);
  const app = writeApp(
    dir,
    "<script>alert(1)<.cjs",
    `console.log("<script>alert(1)</script>"); module.exports = (req, res) => res.end("ok");`,
  );
  return startDashd(t, { dir, app, args, stage: 1, profiles: smallLadder(join(dir, "ladder")) });
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly bytes: number;
  readonly text: string;
}

/** Asks the admin port of this instance, from this address of the machine; nothing is sent but what is given. */
export const asker =
  ({ adminPort }: Instance, localAddress = "127.0.0.1") =>
  (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET", body?: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const where = { port: adminPort, host: "127.0.0.1", localAddress };
      const sent = request({ ...where, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const received = Buffer.concat(chunks);
          const { statusCode: status = 0, headers: got } = response;
          resolve({ status, headers: got, bytes: received.length, text: received.toString("utf8") });
        });
      });
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });

import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { Instance } from "../support/instance.ts";
import { until } from "../support/until.ts";

/** One who has the panel open: the events as they come, as the page does it, and the log more often than the page asks. */
export const openViewer = async ({ home, adminPort }: Instance): Promise<{ close(): void }> => {
  const authorization = `Bearer ${readFileSync(join(home, "token-read"), "utf8").trim()}`;
  const where = { port: adminPort, host: "127.0.0.1", headers: { authorization } };
  let heardBytes = 0;
  const events = request({ ...where, path: "/v1/events", agent: false });
  events.on("response", (response) => response.on("data", (chunk: Buffer) => (heardBytes += chunk.length)));
  events.on("error", () => undefined);
  events.end();
  const asks = setInterval(() => {
    const asked = request({ ...where, path: "/v1/logs?slot=&level=&grep=" }, (response) => response.resume());
    asked.on("error", () => undefined);
    asked.end();
  }, 2_000);
  await until("the first event", () => heardBytes > 0);
  return {
    close: () => {
      clearInterval(asks);
      events.destroy();
    },
  };
};

/** The heap that the master has in use, as its own `/metrics` tells it. */
export const heapUsedBytes = async ({ home, adminPort }: Instance): Promise<number> => {
  const authorization = `Bearer ${readFileSync(join(home, "token-read"), "utf8").trim()}`;
  const answer = await fetch(`http://127.0.0.1:${adminPort}/metrics`, { headers: { authorization } });
  const found = /^nodejs_heap_size_used_bytes (\S+)$/m.exec(await answer.text())?.[1];
  if (found === undefined) throw new Error(`no heap in /metrics: ${answer.status}`);
  return Number(found);
};

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterwards } from "../support/afterwards.ts";
import { between } from "../support/random.ts";
import { openRaw } from "../support/raw-http.ts";
import { until, within } from "../support/until.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t04: Trial = {
  id: "T04",
  title: "pipelined requests in progress at a shutdown are all answered; the last answer, and only it, asks to close",
  run: async (context) => {
    const { sheet, random } = context;
    const dashd = await startInstance(context);
    const releases: string[] = [];
    const clients = Array.from({ length: 4 }, (_, index) => {
      const client = openRaw(dashd.port);
      afterwards(context, () => void client.socket.destroy());
      const requests = 1 + index;
      const texts = Array.from({ length: requests }, (__, n) => {
        const release = join(dashd.dir, `release-${index}-${n}`);
        releases.push(release);
        return `GET /hold?until=${release}&n=${n} HTTP/1.1\r\nHost: x\r\n\r\n`;
      });
      client.send(texts.join(""));
      return { client, requests };
    });
    // Of each connection the first; what is behind it came in the same write.
    await until("all of them", async () => (await dashd.status()).load.inFlight === clients.length);
    const stopped = dashd.stop();
    await until("the drain", async () => (await dashd.status()).state === "draining");
    for (const release of releases.toSorted(() => random() - 0.5)) {
      await pause(between(random, 0, 100));
      writeFileSync(release, "");
    }
    for (const { client, requests } of clients) {
      const text = await within("the server to close", 30_000, client.closed());
      const answers = text.split("HTTP/1.1 ").slice(1);
      const whole = answers.filter((answer, n) => answer.startsWith("200 ") && answer.includes(`"n":"${n}"`));
      sheet.count("ok", whole.length);
      if (whole.length < requests) sheet.count("empty", requests - whole.length);
      assert.equal(whole.length, requests, `${whole.length} of ${requests} answered:\n${text}`);
      const closing = answers.map((answer) => /^connection: close\r$/im.test(answer));
      assert.deepEqual(closing, [...Array.from({ length: requests - 1 }, () => false), true], "who asks to close");
    }
    assert.equal((await stopped).code, 0);
  },
};

import { createHash } from "node:crypto";
import { assertNoneFailed, judge, type SentRequest } from "../client/crowd.ts";
import { requestOnce } from "../client/connection.ts";
import { afterwards } from "../support/afterwards.ts";
import { until } from "../support/until.ts";
import { command } from "../support/versioned.ts";
import { startInstance } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t03: Trial = {
  id: "T03",
  title: "POSTs of 16 kB, a new socket each, ten at once, through switches: none fails, every body arrives whole",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const dashd = await startInstance(context);
    const needed = quick ? 600 : 3_000;
    const requests: SentRequest[] = [];
    let stopping = false;
    let sent = 0;
    const post = async (): Promise<void> => {
      const path = `/upload?n=${++sent}`;
      const body = String.fromCharCode(97 + Math.floor(random() * 26)).repeat(bodyBytes);
      const outcome = await requestOnce(dashd.port, path, { method: "POST", body });
      const judged = judge(path, outcome);
      const whole = outcome.kind === "answer" && outcome.body.includes(sha256(body));
      requests.push(judged.failure === null && !whole ? { ...judged, failure: "wrong body" } : judged);
    };
    const loops = Array.from({ length: 10 }, async () => {
      while (!stopping) await post();
    });
    afterwards(context, async () => {
      stopping = true;
      await Promise.all(loops);
    });

    const switches = [["reload"], ["stage", "1"], ["stage", "2"]];
    for (const [index, change] of switches.entries()) {
      const due = (needed * (index + 1)) / (switches.length + 1);
      await until(`${due} posts`, () => requests.length >= due, { deadlineMs: 60_000 });
      await command(dashd, ...change);
    }
    await until(`${needed} posts`, () => requests.length >= needed, { deadlineMs: 60_000 });
    stopping = true;
    await Promise.all(loops);
    sheet.add(requests);
    sheet.note(`${switches.length} switches`);
    assertNoneFailed(requests, needed);
  },
};

const bodyBytes = 16_384;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

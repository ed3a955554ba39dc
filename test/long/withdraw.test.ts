import assert from "node:assert/strict";
import test from "node:test";
import { createControlClient } from "../../lib/control/client.ts";
import type { Outcome } from "../../lib/protocol/control.ts";
import { assertNoneFailed, gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { programOfVersion } from "../support/apps.ts";
import { until } from "../support/until.ts";
import { command, pidsOf, startVersioned, versionOf } from "../support/versioned.ts";

const timeout = 90_000;

test(
  "a rollback within the watch window ends the change at once: the old generation serves everybody, nothing is lost",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    const old = await pidsOf(dashd);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 50, oneShot: 5, thinkMs: 50 });
    afterwards(t, async () => void (await crowd.leave()));
    await until("users at work", () => crowd.requests.length > 300);
    dashd.write(programOfVersion("two"));
    const reload = dashd.spawn("reload", "--watch-window", "60", "--reason", "the new shop");
    const byNew = (): number => crowd.requests.filter(({ by }) => by?.version === "two").length;
    await until("everybody to be answered by the new code", () => byNew() > 200);

    const askedAtMs = performance.now();
    const back = await dashd.run("rollback", "--reason", "prices are wrong", "--json");
    const tookMs = performance.now() - askedAtMs;
    assert.match(back.stderr, /Taken back: a rollback withdrew it; the generation before serves on/);
    await until("everybody to have come over", async () => {
      const { workers } = await dashd.status();
      return workers.every(({ generation, connections }) => generation === 1 || connections === 0);
    });
    const overAtMs = performance.now();
    assert.equal(back.code, 0, back.stderr);
    const outcome = JSON.parse(back.stdout);
    assert.equal(outcome.code, "outcome.withdrawn");
    assert.equal(outcome.revision, 1);
    assert.equal(outcome.generation, 1);

    const changed = await reload.exited;
    assert.equal(changed.code, 3, changed.stderr);
    assert.match(changed.stdout, /Withdrawn before it was committed, by a rollback of .*prices are wrong.*E_WITHDRAWN/);
    await until("users with the old again", () => crowd.requests.filter((one) => one.sentAtMs > overAtMs).length > 300);
    const requests = await crowd.leave();
    assertNoneFailed(requests, 600);
    const lastNewMs = Math.max(...requests.filter(({ by }) => by?.version === "two").map(({ endedAtMs }) => endedAtMs));
    t.diagnostic(
      `rollback took ${tookMs.toFixed(0)} ms; last answer of the new code ${(lastNewMs - askedAtMs).toFixed(0)} ms after it was typed`,
    );
    const later = requests.filter(({ sentAtMs }) => sentAtMs > overAtMs);
    assert.ok(
      later.every(({ by }) => by?.version === "one"),
      "nobody comes to the new code any more",
    );
    assert.deepEqual(await pidsOf(dashd), old, "the old workers were never gone");

    const { entries } = JSON.parse((await dashd.run("history", "--json")).stdout);
    assert.equal(entries.length, 2);
    assert.equal(entries[1].result, "reverted");
    assert.equal(entries[1].because.code, "E_WITHDRAWN");
    assert.equal(entries[1].because.facts.reason, "prices are wrong");
    assert.match(entries[1].because.facts.by, /@/);
    assert.equal((await dashd.status()).state, "held");
  },
);

test(
  "a rollback while the new workers boot withdraws the change before anybody has seen it",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    dashd.write("setTimeout(() => undefined, 60_000);");
    const reload = dashd.spawn("reload");
    await until("a generation that boots", async () => (await dashd.status()).state === "changing");
    const back = await dashd.run("rollback");
    assert.equal(back.code, 0, back.stderr);
    assert.match(
      back.stdout,
      /Withdrawn before it was committed: reload; stage 1 is in force as before \(revision 1\)/,
    );
    assert.equal((await reload.exited).code, 3);
    assert.equal(await versionOf(dashd.port), "one");
    assert.equal((await dashd.status()).generation, 1);
  },
);

test(
  "other changes stay refused within the window, and so does a rollback to somewhere else",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    await command(dashd, "stage", "2");
    const reload = dashd.spawn("reload", "--watch-window", "60");
    await until("the window", () => /Watching it/.test(reload.stderr()));
    for (const words of [["reload"], ["stage", "1"], ["rollback", "--to", "1"]]) {
      const refused = await dashd.run(...words);
      assert.equal(refused.code, 7, words.join(" "));
      assert.match(refused.stderr, /E_BUSY/);
    }
    // At once: a process each would start at its own time.
    const rollback = async (to: number | null): Promise<Outcome | null> => {
      const client = createControlClient({ paths: dashd.paths });
      for await (const line of client.change({ kind: "rollback", to, by: "a test", reason: null })) {
        if (line.type === "outcome") return line;
      }
      return null;
    };
    for (const outcome of await Promise.all([rollback(null), rollback(2)])) {
      assert.deepEqual([outcome?.exitCode, outcome?.message.code, outcome?.revision], [0, "outcome.withdrawn", 2]);
    }
    assert.equal((await reload.exited).code, 3);
    assert.equal((await dashd.status()).revision, 2, "neither went further back");
  },
);

import assert from "node:assert/strict";
import { test } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import { createProgressFeed, feedOnce } from "../../../lib/master/progress-feed.ts";
import type { Progress } from "../../../lib/protocol/control.ts";
import { outcome, step } from "../control/canned.ts";

const where = () => ({ stage: 1, revision: 4, generation: 2 });
const all = async (lines: AsyncIterable<Progress>): Promise<readonly Progress[]> => {
  const heard: Progress[] = [];
  for await (const line of lines) heard.push(line);
  return heard;
};

test("a plan that is refused before it had anything to tell is the caller's to refuse", async () => {
  const refused = new DashdError("E_PREFLIGHT", { stage: 3, count: 1 });
  await assert.rejects(
    feedOnce(createProgressFeed(), () => Promise.reject(refused), where),
    (error) => error === refused,
  );
});

test("a plan that is refused after it began to copy is an outcome, every fault of it included", async () => {
  const details = [{ code: "preflight.finding", facts: { subject: "host.memory" } }];
  const refused = new DashdError("E_PREFLIGHT", { stage: 3, count: 1 }, { hint: "dashd plan --stage 3", details });
  const feed = await feedOnce(
    createProgressFeed(),
    async (begun) => {
      begun(step("step.sealing"));
      await Promise.resolve();
      throw refused;
    },
    where,
  );
  const [first, last] = await all(feed.lines);
  assert.equal(first?.type, "step");
  const message = { code: "E_PREFLIGHT", facts: { stage: 3, count: 1 } };
  const hint = "dashd plan --stage 3";
  assert.deepEqual(last, { type: "outcome", exitCode: 6, message, hint, details, ...where() });
});

test("a plan that is made gives the feed of its change, however late who listens comes", async () => {
  const feed = createProgressFeed();
  const given = await feedOnce(
    feed,
    () => {
      feed.push(outcome());
      feed.end();
      return Promise.resolve();
    },
    where,
  );
  assert.deepEqual(await all(given.lines), [outcome()]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { markdownOf } from "../../../lib/report/markdown.ts";
import { upgradeReport } from "../../../lib/report/upgrade-report.ts";
import type { UpgradeInput } from "../../../lib/report/upgrade-case.ts";
import { stageOf } from "../../../lib/profile/load.ts";
import { committed, example, heldProof, ladder, provenLoad, stepOf, summaryOf } from "./example.ts";

const english = (input: UpgradeInput): string => markdownOf(upgradeReport(input), "en");

/** A section of the document by a word of its heading. */
const section = (input: UpgradeInput, word: string): string =>
  english(input)
    .split("\n## ")
    .find((part) => part.split("\n")[0]?.includes(word) === true) ?? "";

test("the sections are the seed's, in their order", () => {
  assert.deepEqual(
    upgradeReport(example()).sections.map(({ name }) => name),
    [
      ...["overview", "background", "configuration", "capacity", "resources", "verification", "related"],
      ...["stages", "attention", "indicators", "conclusion"],
    ],
  );
});

describe("an upgrade that held", () => {
  test("is told with what changed, for whom, by whom, and that it is proven", () => {
    const overview = section(example(), "Overview");
    assert.match(overview, /\*\*Change\*\*: stage 1 → stage 2 {2}\n/);
    assert.match(overview, /\*\*For\*\*: 100–200 people at once/);
    assert.match(overview, /\*\*Committed\*\*: 2025-12-05 09:30 UTC by anna@shop \(revision 5\)/);
    assert.match(overview, /\*\*State\*\*: ✅ in force and proven/);
  });

  test("shows the start-up log of both stages as `start` prints it", () => {
    const changed = section(example(), "What changed");
    assert.match(changed, /Before \(stage 1, revision 4\):\n\n```\n🛡️ \[production\] dashd stage 1\n/);
    assert.match(
      changed,
      / {3}Config: 8 workers, 100 connections, 2 min timeout\n {3}For: 30-50 concurrent users\n```/,
    );
    assert.match(
      changed,
      / {3}Config: 16 workers, 200 connections, 3 min timeout\n {3}For: 100-200 concurrent users\n```/,
    );
  });

  test("has the seed's capacity table with ratios, and beside each what is effective and proven", () => {
    const capacity = section(example(), "Capacity");
    for (const row of [
      "| Worker processes | 8 | 16 | 16 | 16 | 2× |",
      "| Connections | 100 | 200 | 200 | 200 | 2× |",
      "| Idle time-out | 2 min | 3 min | 3 min | 3 min | +50 % |",
      "| Users at once | 30–50 | 100–200 | – | 100 | 3.3–4× |",
      "| Requests at once | 32 | 64 | 64 | – | 2× |",
      "| Longest wait | 10 s | 10 s | 10 s | – | unchanged |",
      "| Redis memory | 1024 MB | 2048 MB | – | – | 2× |",
    ]) {
      assert.ok(capacity.includes(row), `${row}\n${capacity}`);
    }
  });

  test("tells of every promised number of users what was found, and which was not measured", () => {
    const capacity = section(example(), "Capacity");
    assert.match(capacity, /\| 50 \| ≥ 98 % \| – \| ≤ 1 s \| – \| – \| – \| – \| not measured \|/);
    assert.match(capacity, /\| 100 \| ≥ 95 % \| 99\.7 % \| ≤ 2 s \| 105 ms \| – \| 105 ms \| 31 \| ✅ \|/);
    assert.match(section(example(), "Background"), /⚠️ Not measured with 200 users/);
  });

  test("tells of a change that was asked for and never came into force", () => {
    const background = section(example(), "Background");
    assert.match(
      background,
      /On 2025-12-04 11:00 UTC ben@shop asked for: change to stage 2; reason: “the upgrade”\. It was taken back and never came into force: declared and effective limits differ\./,
    );
    assert.match(background, /believed that the server runs stage 2 and that 100–200 people/);
  });

  test("shows the start-up log as dashd start prints it", () => {
    assert.match(
      section(example(), "What changed"),
      /Production server \(dashd\)\n {3}Platform: Linux\n {3}Config: 16 workers/,
    );
  });

  test("names the way back and the next stage", () => {
    assert.match(section(example(), "Attention"), /dashd rollback\n```\n\nGoes back to revision 4, stage 1/);
    assert.match(section(example(), "Conclusion"), /`dashd plan --stage 3`/);
    assert.match(section(example(), "Conclusion"), /\*\*Next stage\*\*: stage 3/);
  });
});

describe("an upgrade that did not hold", () => {
  const limits = heldProof.limits.map((limit) => (limit.name === "workers" ? { ...limit, effective: 8 } : limit));
  const failed = stepOf("declared-effective", "workers", "not-held", "expected 16, found 8; stage 1 has 8");
  const slow = { ...summaryOf(100), okRate: 0.9 };
  const input = example({
    loads: [slow],
    proof: { outcome: "not-held", limits, steps: [failed], loads: [provenLoad(slow)] },
  });

  test("says so in the header, and which line it was, under the problem", () => {
    assert.match(section(input, "Overview"), /\*\*State\*\*: ❌ not as declared, or a promise not kept/);
    const background = section(input, "Background");
    assert.match(background, /### What did not hold\n\n- ❌ `workers`: .*expected 16, found 8/);
    assert.match(background, /Stage 2 is declared, but 1 line did not hold: until it does/);
  });

  test("names the stage whose figure is really in force", () => {
    assert.match(section(input, "Background"), /❌ `workers`: declared 16, in force 8, which is what stage 1 has\./);
  });

  test("gives the four tuning steps in order with their figures, and the way back first", () => {
    const attention = section(input, "Attention");
    assert.match(attention, /A load failed\./);
    const tuning =
      /1\. The host's resources: CPU at most 41 %.*\n2\. Redis' memory.*\n3\. The PostgreSQL pool.*\n4\. The stage/;
    assert.match(attention, tuning);
    assert.match(section(input, "Conclusion"), /`dashd rollback` leads back to stage 1/);
  });
});

test("an inconclusive proof claims neither", () => {
  const limited = { ...provenLoad({ ...summaryOf(100), okRate: 0.9 }), limited: true };
  const input = example({ proof: { outcome: "inconclusive", steps: [], loads: [limited] } });
  assert.match(section(input, "Overview"), /\*\*State\*\*: ⚠️ inconclusive/);
  assert.match(section(input, "Background"), /the load generator itself was the limit/);
  assert.match(section(input, "Background"), /No line failed, and yet not everything could be decided/);
  assert.match(section(input, "Verification"), /Not measured\./);
  assert.match(section(input, "stages"), /⚠️ declared; the measurement was inconclusive/);
});

test("an indicator that was not well says where to look, and is no line that did not hold", () => {
  const busy = stepOf("indicators", "cpu", "not-held", "critical, at worst 100 %");
  const input = example({ proof: { steps: [busy] } });
  assert.match(section(input, "Overview"), /in force and proven/);
  assert.match(section(input, "Background"), /What did not hold\n\n(?!- )/);
  assert.doesNotMatch(section(input, "Background"), /critical, at worst/);
  assert.match(section(input, "Verification"), /\| ⚠️ \| CPU \| .*critical, at worst 100 % \|/);
});

test("without loads nothing is said to be shown, and a load is the next step", () => {
  const input = example({ loads: [], proof: { loads: [], indicators: [] } });
  assert.match(section(input, "Capacity"), /No load was made for this report/);
  assert.match(section(input, "Capacity"), /\| Users at once \| 30–50 \| 100–200 \| – \| – \|/);
  assert.match(section(input, "Conclusion"), /no load has shown it/);
  assert.match(section(input, "Conclusion"), /`dashd load --users 200`/);
  assert.match(section(input, "Overview"), /in force as declared; whether it keeps its promise was not measured/);
  assert.doesNotMatch(english(input), /in force and proven/);
  assert.match(section(input, "Indicators"), /No load was watched: these are the figures of status/);
});

test("how many requests at once is proven where its two factors are", () => {
  const limits = heldProof.limits.map((limit) => ({ ...limit, proven: limit.effective }));
  assert.match(
    section(example({ proof: { limits } }), "Capacity"),
    /\| Requests at once \| 32 \| 64 \| 64 \| 64 \| 2× \|/,
  );
});

test("a load that is the next step is for as many users as the stage is promised to", () => {
  const input = example({
    journal: [committed(1, 1, "start")],
    proof: { stage: 1, revision: 1, loads: [], limits: [] },
  });
  assert.match(section(input, "Conclusion"), /`dashd load --users 50`/);
});

test("where the ladder on disk cannot be read, no stage is called the highest", () => {
  const written = markdownOf(upgradeReport(example({ ladder: new Map() })), "en");
  assert.doesNotMatch(written, /highest stage/);
  assert.match(written, /\*\*Next stage\*\*: not known/);
});

describe("without a revision of another stage before", () => {
  test("the next lower stage stands in, marked as it would be", () => {
    const input = example({ journal: [committed(1, 2, "start")], proof: { revision: 1 } });
    assert.match(section(input, "Background"), /no earlier revision of another stage/);
    assert.match(section(input, "What changed"), /Stage 1 as it would be \(it was never in force in this home\):/);
    assert.match(section(input, "Capacity"), /"Before" is stage 1 of the ladder as it would be/);
    assert.match(section(input, "Attention"), /Goes to stage 1, the next lower one/);
  });

  test("the lowest stage has nothing before it, and nothing to go back to", () => {
    const limits = heldProof.limits.map((limit) => ({ ...limit, proven: null }));
    const proof = { stage: 1, revision: 1, loads: [], limits };
    const input = example({ journal: [committed(1, 1, "start")], loads: [], proof });
    assert.match(section(input, "Overview"), /the first and lowest/);
    assert.match(section(input, "Capacity"), /\| Worker processes \| – \| 8 \|/);
    assert.match(section(input, "Attention"), /There is nothing to roll back to/);
  });

  test("a reload is no other configuration: what was before it counts", () => {
    const journal = [committed(4, 1, "start"), committed(5, 2, "stage"), committed(6, 2, "reload")];
    assert.match(
      section(example({ journal, proof: { revision: 6 } }), "What changed"),
      /Before \(stage 1, revision 4\)/,
    );
  });

  test("the same stage with other figures is one, and a way down is told as one", () => {
    const fewer = { ...stageOf(ladder, 2), workers: 12 };
    const tuned = example({ journal: [committed(4, 2, "start", { profile: fewer }), committed(5, 2, "reload")] });
    assert.match(section(tuned, "Overview"), /stage 2 with another configuration/);
    assert.match(section(tuned, "Capacity"), /\| Worker processes \| 12 \| 16 \| 16 \| 16 \| \+33 % \|/);
    const back = example({ journal: [committed(4, 3, "start"), committed(5, 2, "stage")] });
    assert.match(section(back, "Overview"), /back from stage 3 to stage 2/);
  });
});

test("a revision that the journal does not have is said to be unknown, and the ladder's stage is shown", () => {
  const input = example({ journal: [], proof: { revision: 5 } });
  assert.match(section(input, "Background"), /the journal does not tell who asked for it/);
  assert.match(section(input, "Overview"), /\*\*Committed\*\*: not known/);
  assert.match(section(input, "What changed"), /the journal does not have revision 5/);
});

test("a host below the stage's minimum is told", () => {
  const host = { ...heldProof.host, cores: 2, memoryBytes: 4 * 2 ** 30 };
  const resources = section(example({ proof: { host } }), "Resources");
  assert.match(resources, /2 cores here; the stage asks for at least 4/);
  assert.match(resources, /4 GB memory here; the stage asks for at least 8 GB/);
});

test("the reasons of the ladder that comes with dashd are known in Chinese, another's are its own words", () => {
  const chinese = markdownOf(upgradeReport(example()), "zh");
  for (const { why } of ladder.values()) assert.doesNotMatch(chinese, new RegExp(why.slice(0, 40)));
  const own = new Map([...ladder, [1, { ...stageOf(ladder, 1), why: "Our own words." }]]);
  assert.match(markdownOf(upgradeReport(example({ ladder: own })), "zh"), /> Our own words\./);
});

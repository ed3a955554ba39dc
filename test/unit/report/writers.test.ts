import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { htmlOf } from "../../../lib/report/html.ts";
import { markdownOf } from "../../../lib/report/markdown.ts";
import { upgradeReport } from "../../../lib/report/upgrade-report.ts";
import type { UpgradeInput } from "../../../lib/report/upgrade-case.ts";
import { indicatorSteps } from "../../../lib/verify/indicator-watch.ts";
import { promiseLeftOut } from "../../../lib/verify/promise-steps.ts";
import { committed, example, heldProof, stepOf, summaryOf } from "./example.ts";

const langs = ["en", "zh"] as const;

const cases: Readonly<Record<string, UpgradeInput>> = {
  held: example(),
  "not held": example({ proof: { outcome: "not-held", steps: [stepOf("limits", "workers", "not-held", "found 8")] } }),
  inconclusive: example({ proof: { outcome: "inconclusive", steps: [] } }),
  "without loads": example({
    loads: [],
    proof: { loads: [], indicators: [], steps: [promiseLeftOut([50, 100]), ...indicatorSteps([])] },
  }),
  "with a ladder that is faulty by now": example({ ladder: new Map() }),
  "without a journal": example({ journal: [] }),
  "of the first stage": example({
    journal: [committed(1, 1, "start")],
    proof: { stage: 1, revision: 1, limits: [], loads: [], steps: [] },
  }),
};

for (const [name, input] of Object.entries(cases)) {
  for (const lang of langs) {
    test(`a report ${name} has words for everything in ${lang}`, () => {
      for (const written of [markdownOf(upgradeReport(input), lang), bodyOf(htmlOf(upgradeReport(input), lang))]) {
        assert.doesNotMatch(written, /undefined|\[object|NaN|null\b/);
        assert.doesNotMatch(written, /\b(report|word|indicator|level|banner|load-word|kind|because)\.[a-z]/);
        assert.equal(/\p{Script=Han}/u.test(written), lang === "zh");
      }
    });
  }
}

test("both languages and both formats hold the same figures", () => {
  const figures = (text: string): readonly string[] => text.match(/\d+(\.\d+)?/g)?.toSorted() ?? [];
  const document = upgradeReport(example({ loads: [] }));
  const rows = (text: string) => text.split("\n").filter((line) => line.startsWith("|"));
  const [en, zh] = langs.map((lang) => rows(markdownOf(document, lang)));
  assert.deepEqual(en?.map(figures), zh?.map(figures));
  const cells = (html: string) => (html.match(/<td/g) ?? []).length;
  const lines = (en ?? []).filter((line) => !line.startsWith("| -"));
  const heads = document.sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === "table" ? [block.columns.length] : [])),
  );
  const inMarkdown = lines.reduce((sum, line) => sum + line.split(/(?<!\\)\|/).length - 2, 0);
  assert.equal(cells(htmlOf(document, "en")), inMarkdown - heads.reduce((sum, one) => sum + one, 0));
});

describe("Markdown", () => {
  test("has tables whose rows have as many cells as their head, whatever stands in them", () => {
    const steps = [stepOf("limits", "connections", "held", "a | b \\| c\nand `x | y`")];
    const written = markdownOf(upgradeReport(example({ proof: { steps } })), "en");
    let width = 0;
    let tables = 0;
    for (const line of written.split("\n")) {
      const cells = line.startsWith("|") ? line.split(/(?<!(?<!\\)(?:\\\\)*\\)\|/).length : 0;
      if (width === 0 && cells > 0) tables++;
      if (width > 0 && cells > 0) assert.equal(cells, width, line);
      width = cells;
    }
    assert.ok(tables >= 8);
  });

  test("shows names and reasons as text, never as markup", () => {
    const written = markdownOf(upgradeReport(hostile), "en");
    assert.doesNotMatch(withoutCode(written), /(?<!\\)<(script|img)/);
    assert.doesNotMatch(withoutCode(written), /(?<!\\)\[x\]\(/);
    assert.ok(written.includes("\\<script\\>alert(1)\\</script\\>"), "and still tells them");
  });

  test("has every fence closed", () => {
    assert.equal((markdownOf(upgradeReport(example()), "zh").match(/^```/gm) ?? []).length % 2, 0);
  });
});

describe("HTML", () => {
  test("escapes what came from outside, in text, title and chart", () => {
    const page = htmlOf(upgradeReport(hostile), "en");
    const scripts = [...page.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    assert.deepEqual(scripts, ['<script type="application/json" id="charts">', "<script>", "<script>"]);
    assert.doesNotMatch(page, /<img|<b>/);
    assert.match(page, /&lt;script&gt;alert\(1\)/);
  });

  test("asks nobody for anything: its policy allows its own scripts and style by their digests alone", () => {
    const page = htmlOf(upgradeReport(example()), "zh");
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? "";
    assert.match(policy, /^default-src 'none'; /);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    const digest = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => digest(text));
    assert.deepEqual(scripts, /script-src ([^;]+)/.exec(policy)?.[1]?.split(" "));
    assert.equal(digest(/<style>(.*?)<\/style>/s.exec(page)?.[1]), /style-src ([^;]+)/.exec(policy)?.[1]);
    assert.doesNotMatch(bodyOf(page), / (src|href|style|on[a-z]+)=/);
  });

  test("draws two charts for each load, with the data of its seconds", () => {
    const page = htmlOf(upgradeReport(example({ loads: [summaryOf(50), summaryOf(100)] })), "en");
    const charts = JSON.parse(/id="charts">(.*?)<\/script>/s.exec(page)?.[1] ?? "[]");
    assert.deepEqual(
      [...page.matchAll(/data-chart="(\d)"/g)].map(([, number]) => number),
      ["0", "1", "2", "3"],
    );
    assert.deepEqual(
      charts.map(({ title }: { title: string }) => title),
      ["50 users: times, ms", "50 users: each second", "100 users: times, ms", "100 users: each second"],
    );
    for (const { names, rows } of charts) {
      assert.equal(rows.length, names.length + 1);
      assert.ok(rows.every((row: readonly unknown[]) => row.length === 12));
    }
  });

  test("without a load there is no script at all", () => {
    const page = htmlOf(upgradeReport(example({ loads: [], proof: { loads: [] } })), "en");
    assert.doesNotMatch(page, /<script|script-src/);
  });
});

const bodyOf = (page: string): string =>
  (/<body>(.*)<\/body>/s.exec(page)?.[1] ?? "").replaceAll(/<script.*?<\/script>/gs, "");

const withoutCode = (text: string): string => text.replaceAll(/`[^`]*`/g, "");

const hostile = example({
  journal: [
    committed(4, 1, "start", { by: "<img src=x onerror=alert(1)>", reason: "[x](javascript:alert(1)) | *a* _b_" }),
    committed(5, 2, "stage", { by: "`<script>`", reason: "line\n# heading" }),
  ],
  proof: {
    app: { path: "/srv/<script>alert(1)</script>/`a|b`.js", fingerprint: "sha256:00" },
    host: { ...heldProof.host, name: '"><img src=x>' },
  },
});

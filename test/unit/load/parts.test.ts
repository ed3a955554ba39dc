import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { drawThinkMs, drawVisit, seededRandom } from "../../../lib/load/pace.ts";
import type { Visit } from "../../../lib/load/plan.ts";
import { dataOfScript, partsOfPage } from "../../../lib/load/read-page.ts";
import { withOmitted } from "../../../lib/load/recorder.ts";
import { DashdError } from "../../../lib/errors.ts";
import { readScenario } from "../../../lib/load/scenario.ts";
import { sayError } from "../../../lib/words/say.ts";
import { waitMsIn } from "../../../lib/protocol/timing-header.ts";
import { scratchDir } from "../../support/scratch.ts";

const page = new URL("http://shop.test/board/");

describe("what belongs to a page", () => {
  it("is its styles, scripts, pictures and icons on its own server, each once", () => {
    const html = `<link rel="stylesheet" href="/a.css?v=1&amp;w=2"><link rel=icon href='icon.svg'>
      <link rel="canonical" href="/other"><script src="../js/b.js"></script><script src="../js/b.js"></script>
      <img alt="x" src="pic.png"><img src="https://elsewhere.test/c.png"><a href="/logout">out</a>`;
    assert.deepEqual(partsOfPage(html, page), {
      paths: ["/a.css?v=1&w=2", "/board/icon.svg", "/js/b.js", "/board/pic.png"],
      scripts: ["/js/b.js"],
    });
  });

  it("is the data that its scripts fetch, and no address that merely stands in them", () => {
    const code = `const panels = [["/api/sales", draw], ["/api/stores", draw]]; fetch("/figures?day=1"); fetch('./more');
      location = "/logout"; const data = "/cache/today.json"; fetch(\`/x/\${id}\`);`;
    const found = ["/figures?day=1", "/board/more", "/api/sales", "/api/stores", "/cache/today.json"];
    assert.deepEqual(dataOfScript(code, page), found);
    assert.deepEqual(partsOfPage(`<script>${code}</script>`, page).paths, found);
  });
});

describe("the pace of users", () => {
  it("is the same for the same seed, and another for another", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    assert.ok(draw(7).every((one) => one >= 0 && one < 1));
  });

  it("has the median it is given, a spread, and an end", () => {
    const random = seededRandom(1);
    const drawn = Array.from({ length: 4_001 }, () => drawThinkMs({ medianMs: 1_000, spread: 0.5 }, random)).sort(
      (a, b) => a - b,
    );
    assert.ok(Math.abs((drawn[2_000] ?? 0) - 1_000) < 60, String(drawn[2_000]));
    assert.ok((drawn[200] ?? 0) < 600 && (drawn[3_800] ?? 0) > 1_700 && (drawn[4_000] ?? 0) <= 10_000);
    assert.equal(drawThinkMs({ medianMs: 0, spread: 1 }, random), 0);
  });

  it("chooses visits by their weight", () => {
    const visit = (path: string, weight: number): Visit => ({
      weight,
      think: { medianMs: 0, spread: 0 },
      document: { method: "GET", path, headers: {}, body: null, expect: { status: null, contains: null } },
      parts: [],
    });
    const random = seededRandom(3);
    const drawn = Array.from(
      { length: 4_000 },
      () => drawVisit([visit("/a", 3), visit("/b", 1)], random)?.document.path,
    );
    const share = drawn.filter((path) => path === "/a").length / drawn.length;
    assert.ok(Math.abs(share - 0.75) < 0.03, String(share));
  });
});

describe("coordinated omission", () => {
  it("is corrected by what the user would have asked for meanwhile", () => {
    assert.deepEqual(withOmitted(4_000, 1_000), [4_000, 3_000, 2_000, 1_000]);
    assert.deepEqual(withOmitted(2_500, 1_000), [2_500, 1_500, 500]);
    assert.deepEqual(withOmitted(900, 1_000), [900]);
    assert.deepEqual(withOmitted(4_000, 0), [4_000], "a closed loop omits nothing that it wanted");
  });
});

describe("how long a request waited", () => {
  it("is read from what the server tells, among other timings", () => {
    assert.equal(waitMsIn("wait;dur=12.5"), 12.5);
    assert.equal(waitMsIn("db;dur=3, wait;dur=0.0, total;dur=9"), 0);
    assert.equal(waitMsIn("await;dur=3"), null);
    assert.equal(waitMsIn(null), null);
  });
});

describe("a scenario file", () => {
  const think = { medianMs: 5_000, spread: 0.5 };

  it("says what is asked for, how often, and what is expected", (t) => {
    const file = join(scratchDir(t), "scenario.json");
    const post = { method: "POST", path: "/order", body: "{}", weight: 2, thinkSec: 1, expect: { status: 201 } };
    writeFileSync(file, JSON.stringify({ requests: [{ path: "/", with: ["/api/sales"] }, post] }));
    const { visits, from } = readScenario(file, think);
    assert.equal(from, "file");
    assert.deepEqual(
      visits.map(({ document, parts, weight, think: { medianMs } }) => [
        ...[document.method, document.path, document.expect.status, weight, medianMs],
        parts.map(({ path }) => path),
      ]),
      [
        ["GET", "/", null, 1, 5_000, ["/api/sales"]],
        ["POST", "/order", 201, 2, 1_000, []],
      ],
    );
  });

  it("with faults is refused with all of them", (t) => {
    const file = join(scratchDir(t), "scenario.json");
    const faultsOf = (content: string): readonly string[] => {
      writeFileSync(file, content);
      try {
        readScenario(file, think);
      } catch (error) {
        assert.ok(error instanceof DashdError && error.code === "E_SCENARIO" && error.exitCode === 64);
        for (const lang of ["en", "zh"] as const) assert.doesNotMatch(sayError(lang, error).sentence, /undefined|–/);
        return sayError("en", error).details.map((detail) => detail.replace(`${file}:`, ""));
      }
      return [];
    };
    const requests = [
      { path: "no-slash", method: "get", weight: 0, expect: { status: 99 } },
      { path: "/", wieght: 1, with: ["/api", "api", { path: 7 }] },
      {},
    ];
    assert.deepEqual(faultsOf(JSON.stringify({ requests, thinkSec: "5" })), [
      ' thinkSec is "5"; expected a number from 0 to 3600',
      ' requests[0].method is "get"; expected a method in capitals, like GET',
      ' requests[0].path is "no-slash"; expected a path that begins with "/"',
      " requests[0].expect.status is 99; expected a whole number from 100 to 599",
      " requests[0].weight is 0; expected a number from 0.001 to 1000000",
      ' requests[1].with[1] is "api"; expected a path that begins with "/"',
      ' requests[1].with[2].path is 7; expected a path that begins with "/"',
      " requests[1].wieght is unknown; did you mean weight?",
      ' requests[2].path is missing; expected a path that begins with "/"',
    ]);
    assert.deepEqual(faultsOf('{ "requests": [] }'), [" requests is []; expected a list with at least one entry"]);
    assert.deepEqual(faultsOf("[]"), [" the content is []; expected an object { … }"]);
    assert.deepEqual(faultsOf('{ "requests": [}'), ["1:16: no valid JSON: found }"]);
  });
});

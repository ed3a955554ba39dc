import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { proofMessage } from "../../../lib/cli/proof-line.ts";
import { DashdError } from "../../../lib/errors.ts";
import { declaredLimits } from "../../../lib/profile/limits.ts";
import { fingerprintOf } from "../../../lib/profile/compare.ts";
import { differencesOf, type InForceHere, standingOf, withProven } from "../../../lib/protocol/proof-standing.ts";
import { isProofRecord } from "../../../lib/protocol/read-proof.ts";
import { checkProof, type Here } from "../../../lib/verify/check-proof.ts";
import type { Proof } from "../../../lib/verify/proof.ts";
import { isProof, readProof } from "../../../lib/verify/read-proof.ts";
import { outcomeOf, type StepResult, stepOf } from "../../../lib/verify/steps.ts";
import { say } from "../../../lib/words/say.ts";
import { scratchDir } from "../../support/scratch.ts";
import { rows, someProof, stage1, stage2 } from "./some-proof.ts";

const proof = someProof();
const here = (overrides: Partial<InForceHere> = {}): Here => ({
  ...proof,
  limits: declaredLimits(stage2),
  ...overrides,
});

describe("whether a proof is about what is in force", () => {
  test("it is, under whatever revision and wherever the app lies", () => {
    assert.deepEqual(
      differencesOf(proof, here({ app: { path: "/elsewhere/server.js", fingerprint: "sha256:1" } })),
      [],
    );
  });

  test("each of stage, profile, app, dashd, Node and host makes it another", () => {
    for (const [difference, change] of [
      ["stage", { stage: 1, profileFingerprint: fingerprintOf(stage1) }],
      ["profile", { profileFingerprint: "other" }],
      ["app", { app: { path: proof.app.path, fingerprint: "sha256:2" } }],
      ["dashd", { dashd: { ...proof.dashd, version: "0.2.0" } }],
      ["node", { dashd: { ...proof.dashd, node: "v22.1.0" } }],
      ["host", { host: { ...proof.host, name: "other" } }],
      ["host", { host: { ...proof.host, cores: 4 } }],
      ["host", { host: { ...proof.host, memoryBytes: proof.host.memoryBytes / 2 } }],
    ] as const) {
      assert.deepEqual(differencesOf(proof, here(change)), [difference], JSON.stringify(change));
    }
  });

  test("a little memory more or less is the same host", () => {
    const memoryBytes = proof.host.memoryBytes - 2 ** 28;
    assert.deepEqual(differencesOf(proof, here({ host: { ...proof.host, memoryBytes } })), []);
  });
});

describe("the column PROVEN", () => {
  test("has what was measured, with its date, as long as the proof is about what is in force", () => {
    const filled = withProven(rows, proof, standingOf(proof, here()));
    assert.deepEqual(
      filled.filter(({ proven }) => proven !== null).map(({ name, proven, provenAt }) => [name, proven, provenAt]),
      [
        ["workers", 16, proof.at],
        ["connections", 200, proof.at],
      ],
    );
  });

  test("is empty after another app, without a proof, and for a limit that is declared otherwise", () => {
    const other = standingOf(proof, here({ app: { path: "", fingerprint: "sha256:2" } }));
    for (const filled of [withProven(rows, proof, other), withProven(rows, null, null)]) {
      assert.ok(filled.every(({ proven, provenAt }) => proven === null && provenAt === null));
    }
    const fewer = rows.map((row) => (row.name === "workers" ? { ...row, declared: 12 } : row));
    assert.equal(
      withProven(fewer, proof, standingOf(proof, here())).find(({ name }) => name === "workers")?.proven,
      null,
    );
  });
});

describe("what status says of the last proof", () => {
  const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  const said = (overrides: Partial<Proof>, change: Partial<InForceHere> = {}) => {
    const found = someProof(overrides);
    return (["en", "zh"] as const).map((lang) => say(lang, proofMessage(standingOf(found, here(change)))));
  };

  test("when, and that it held, or what is another since", () => {
    assert.deepEqual(said({ at: daysAgo(12) }), ["Proven 12 days ago: held", "12 天前证明：成立"]);
    assert.deepEqual(said({ at: daysAgo(12) }, { app: { path: "", fingerprint: "sha256:2" } }), [
      "Proven 12 days ago, another app since: dashd verify",
      "12 天前证明，此后应用已不同：dashd verify",
    ]);
    assert.match(said({}, { stage: 3 })[0] ?? "", /, another stage since: dashd verify$/);
    assert.match(
      said({}, { dashd: { ...proof.dashd, version: "9" } })[0] ?? "",
      /, another dashd version since: dashd verify$/,
    );
    assert.match(said({ at: daysAgo(0) })[0] ?? "", /^Proven just now: held$/);
    assert.match(said({ at: daysAgo(0.1) })[1] ?? "", /^2 小时前证明：成立$/);
  });

  test("that it did not hold, was inconclusive, or never was", () => {
    assert.match(said({ outcome: "not-held" })[0] ?? "", /^Verified .* ago: did not hold\. Again: dashd verify$/);
    assert.match(said({ outcome: "inconclusive" })[0] ?? "", /^Verified .* ago: inconclusive\. Again: dashd verify$/);
    assert.equal(say("en", proofMessage(null)), "Never verified: dashd verify");
  });
});

describe("verify --check", () => {
  const lines = (checked: Proof, found: Here) => checkProof(checked, found).map((line) => say("en", line));

  test("a proof that is about what is in force has no line", () => {
    assert.deepEqual(lines(proof, here()), []);
  });

  test("each difference is a line, a profile's by its limits", () => {
    const fewer = declaredLimits({ ...stage2, workers: 12 });
    assert.deepEqual(lines(proof, { ...here({ profileFingerprint: "other" }), limits: fewer }), [
      "workers was 16, and is 12 here",
    ]);
    assert.match(lines(proof, here({ profileFingerprint: "other" }))[0] ?? "", /promises or warns of other things/);
    const moved = here({
      ...{ stage: 1, app: { path: "/srv/other.js", fingerprint: "sha256:2" } },
      ...{ dashd: { version: "0.2.0", node: "v22.0.0" }, host: { ...proof.host, cores: 4 } },
    });
    assert.deepEqual(lines(proof, moved), [
      "It is of stage 2, and stage 1 is in force here",
      "The app's code is another: /srv/board/server.js then, /srv/other.js here",
      "dashd was 0.1.0, and is 0.2.0 here",
      "Node was v20.20.2, and is v22.0.0 here",
      "The host is another: shop (linux x64, A CPU, 8 × CPU, 16 GB) then, shop (linux x64, A CPU, 4 × CPU, 16 GB) here",
    ]);
  });

  test("other code under the same path is told without the path twice", () => {
    const app = { path: proof.app.path, fingerprint: "sha256:2" };
    assert.deepEqual(lines(proof, here({ app })), ["The app's code is another than it was: /srv/board/server.js"]);
  });

  test("a proof that did not hold holds nowhere", () => {
    assert.deepEqual(lines(someProof({ outcome: "not-held" }), here()), ["By its own word the stage did not hold"]);
    assert.deepEqual(lines(someProof({ outcome: "inconclusive" }), here()), ["By its own word it could not be told"]);
  });
});

describe("foreign and damaged proofs", () => {
  test("a proof survives its way through JSON", () => {
    const copy: unknown = JSON.parse(JSON.stringify(proof));
    assert.ok(isProof(copy) && isProofRecord(copy));
  });

  test("anything missing or of another shape is refused, whatever it is", () => {
    const whole = JSON.parse(JSON.stringify(proof)) as Record<string, unknown>;
    const broken: unknown[] = [null, 7, "proof", [], {}];
    for (const key of Object.keys(whole)) {
      const { [key]: _gone, ...rest } = whole;
      broken.push(rest, { ...whole, [key]: null }, { ...whole, [key]: [{}] }, { ...whole, [key]: { a: 1 } });
    }
    broken.push({ ...whole, at: "yesterday" }, { ...whole, outcome: "fine" }, { ...whole, stage: -1 });
    broken.push({ ...whole, limits: [{ name: "workers", declared: {}, effective: 1, proven: 1 }] });
    broken.push({
      ...whole,
      steps: [{ part: "limits", name: "x", result: "held", message: { code: "x", facts: { a: {} } } }],
    });
    for (const one of broken) assert.equal(isProof(one), false, JSON.stringify(one)?.slice(0, 200));
  });

  test("a file that is no proof is refused with one reason", (t) => {
    const file = join(scratchDir(t), "proof.json");
    const faultOf = (text: string | null): string => {
      if (text !== null) writeFileSync(file, text);
      try {
        readProof(text === null ? join(file, "gone") : file);
        return "none";
      } catch (error) {
        return error instanceof DashdError && error.code === "E_PROOF" ? String(error.facts["found"]) : String(error);
      }
    };
    assert.equal(faultOf(JSON.stringify(proof)), "none");
    assert.equal(faultOf("not json"), "proof-fault.no-json");
    assert.equal(faultOf('{"name":"package"}'), "proof-fault.foreign");
    assert.equal(faultOf(JSON.stringify({ ...proof, schemaVersion: 2 })), "proof-fault.later");
    assert.equal(faultOf(JSON.stringify({ ...proof, steps: undefined })), "proof-fault.damaged");
    assert.equal(faultOf(JSON.stringify({ ...proof, pad: "x".repeat(2 ** 20) })), "proof-fault.foreign");
    assert.equal(faultOf(null), "ENOTDIR");
  });
});

describe("the verdict", () => {
  const step = (result: StepResult, part: "limits" | "indicators" = "limits") => stepOf(part)("x", result, "verify.x");

  test("held, unless a line is not; indicators fail nothing; a change meanwhile leaves all open", () => {
    assert.equal(outcomeOf([step("held"), step("not-measured"), step("not-held", "indicators")], false), "held");
    assert.equal(outcomeOf([step("held"), step("inconclusive")], false), "inconclusive");
    assert.equal(outcomeOf([step("inconclusive"), step("not-held")], false), "not-held");
    assert.equal(outcomeOf([step("not-held")], true), "inconclusive");
  });
});

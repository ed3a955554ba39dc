import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { createControlClient } from "../../../lib/control/client.ts";
import { DashdError } from "../../../lib/errors.ts";
import type { FilledPools } from "../../../lib/protocol/filled-pools.ts";
import type { ProofRecord } from "../../../lib/protocol/proof-record.ts";
import { someProof } from "../verify/some-proof.ts";
import { startCanned, token } from "./canned.ts";

test("a proof goes over both doors and arrives whole", async (t) => {
  const kept: ProofRecord[] = [];
  const { paths, server } = await startCanned(t, { keepProof: (proof) => void kept.push(proof) });
  await createControlClient({ paths }).keepProof(someProof());
  const text = JSON.stringify(someProof());
  assert.equal(await post(`${server.adminUrl}/v1/proof`, text, { authorization: `Bearer ${token}` }), 200);
  assert.deepEqual(kept, [someProof(), someProof()]);
});

test("what is no proof, or larger than one, is refused at the edge; and so is one without a token", async (t) => {
  const kept: ProofRecord[] = [];
  const { server } = await startCanned(t, { keepProof: (proof) => void kept.push(proof) });
  const url = `${server.adminUrl}/v1/proof`;
  const bearer = { authorization: `Bearer ${token}` };
  for (const body of ["", "no json", "[]", JSON.stringify({ ...someProof(), host: null })]) {
    assert.equal(await post(url, body, bearer), 400, body);
  }
  assert.equal(await post(url, JSON.stringify({ ...someProof(), pad: "x".repeat(70_000) }), bearer), 400);
  assert.equal(await post(url, JSON.stringify(someProof()), {}), 401);
  assert.deepEqual(kept, []);
});

test("what the pools were filled with comes back, or that nobody has one, or that it is busy", async (t) => {
  const filled: FilledPools = {
    workers: [{ slot: 1, open: 2, isCapped: true, fault: null }],
    ...{ counted: 2, serverMax: 100, fault: null },
  };
  const answers: (() => Promise<FilledPools | null>)[] = [
    () => Promise.resolve(filled),
    () => Promise.resolve(null),
    () => Promise.reject(new DashdError("E_BUSY", { what: "stage", by: "anna", since: "now" })),
  ];
  const { paths } = await startCanned(t, { fillPools: () => (answers.shift() ?? (() => Promise.resolve(null)))() });
  const client = createControlClient({ paths });
  assert.deepEqual(await client.fillPools(), filled);
  assert.equal(await client.fillPools(), null);
  await assert.rejects(client.fillPools(), (error) => error instanceof DashdError && error.code === "E_BUSY");
});

const post = (url: string, body: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method: "POST", headers: { ...headers, "content-type": "application/json" } });
    asked.on("response", (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    asked.on("error", reject);
    asked.end(body);
  });

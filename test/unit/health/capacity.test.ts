import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { capacityOf, type JudgedLoad } from "../../../lib/health/capacity.ts";
import { boundsOf, type BoundsInput } from "../../../lib/health/capacity-bounds.ts";
import { fewestRequests, type Measured, measureWork, type WorkSecond } from "../../../lib/health/work.ts";
import { ladder } from "./figures.ts";

const mb = 1_048_576;

/** A request takes 5 ms of CPU and 20 ms in its slot, 4 of them in queries; each user asks once a second. */
const measured: Measured = {
  ...{ requests: 1_000, cpuMsPerRequest: 5, serviceMsPerRequest: 20, queryMsPerRequest: 4 },
  ...{ idleCores: 0.002, othersCores: 0.1 },
};

const usual: BoundsInput = {
  measured,
  responseP95Ms: 60,
  requestsPerUserSec: 1,
  host: { cores: 8, workersMayTakeBytes: 16_000 * mb, workerBytes: 100 * mb },
};

const [stage1, stage2] = ladder;
assert.ok(stage1 !== undefined && stage2 !== undefined);

const read = (estimated: BoundsInput | null, loads: readonly JudgedLoad[] = []) =>
  capacityOf({
    ladder,
    inForce: 1,
    estimated,
    estimate: null,
    loadsAt: (stage) => loads.filter((load) => load.stage === stage),
  });

const load = (users: number, kept: boolean, stage = 1): JudgedLoad => ({
  ...{ at: "2026-11-26T10:00:00.000Z", stage, users, requestsPerSec: users, kept },
});

describe("what a stage holds", () => {
  test("is what the cores give at the stage's warning, less what else runs there", () => {
    const { cpu } = boundsOf(stage1, usual);
    // min(8 cores, 8 workers) at 70 %, less 0.1 of others or 8 idle workers, at 5 ms a request.
    const cores = Math.min(8 * 0.7 - 0.1, 8 * 0.7) - 8 * 0.002;
    assert.equal(cpu, Math.floor((cores * 1_000) / 5));
  });

  test("is bounded by each thing once, and says by which", () => {
    const limited = {
      cpu: { ...usual, measured: { ...measured, cpuMsPerRequest: 200 } },
      slots: { ...usual, measured: { ...measured, serviceMsPerRequest: 450 } },
      pool: { ...usual, measured: { ...measured, queryMsPerRequest: 300, serviceMsPerRequest: 310 } },
      memory: {
        ...usual,
        measured: { ...measured, cpuMsPerRequest: 0.1 },
        host: { ...usual.host, workersMayTakeBytes: 300 * mb },
      },
      response: { ...usual, responseP95Ms: 501 },
    };
    for (const [limit, input] of Object.entries(limited)) {
      const bounds = boundsOf(stage1, input);
      const found = read(input)?.stages[0];
      assert.equal(found?.limit, limit, JSON.stringify(bounds));
      assert.equal(found?.users, bounds[limit as keyof typeof limited]);
    }
  });

  test("is the highest stage that holds its users, or none", () => {
    assert.equal(read(usual)?.stage, 3);
    const slow = { ...usual, host: { ...usual.host, cores: 2 } };
    assert.equal(read(slow)?.stage, 2);
    const none = { ...usual, measured: { ...measured, cpuMsPerRequest: 500 } };
    const found = read(none);
    assert.equal(found?.stage, null);
    assert.equal(found?.users, found?.stages[0]?.users);
  });

  test("is no stage whose workers do not fit into memory, however few would do", () => {
    const short = { ...usual, host: { ...usual.host, workersMayTakeBytes: 1_500 * mb } };
    const found = read(short)?.stages.map(({ holds }) => holds);
    assert.deepEqual(found, [true, false, false]);
  });

  test("counts a host that others fill as half of what its warning leaves", () => {
    const full = { ...usual, measured: { ...measured, othersCores: 8 } };
    const half = Math.floor(((8 * 0.7) / 2 - 8 * 0.002) * 200);
    assert.equal(boundsOf(stage1, full).cpu, half);
  });

  test("is not known without an estimate and without a load", () => {
    assert.equal(read(null), null);
  });
});

describe("what loads have shown", () => {
  test("is known without an estimate, as after a restart", () => {
    const found = read(null, [load(60, true)]);
    assert.deepEqual([found?.stage, found?.users, found?.limit, found?.held?.users], [1, 60, null, 60]);
    const broken = read(null, [load(60, false)]);
    assert.deepEqual([broken?.stage, broken?.users, broken?.held, broken?.notHeld?.users], [null, 0, null, 60]);
    assert.equal(broken?.stages[0]?.holds, false);
  });

  test("counts where it is more than the estimate, and where it is less", () => {
    const low = { ...usual, measured: { ...measured, cpuMsPerRequest: 500 } };
    const more = read(low, [load(55, true)]);
    assert.deepEqual([more?.stage, more?.users], [1, 55]);
    const fewer = read(usual, [load(40, false)]);
    assert.equal(fewer?.stages[0]?.users, 39);
    assert.equal(fewer?.stages[0]?.holds, false);
    assert.equal(fewer?.stages[1]?.holds, true, "another stage has not been shown not to");
    assert.equal(fewer?.notHeld?.users, 40);
  });

  test("is what the last ones showed: a promise kept for as many takes back one that was not, and the other way round", () => {
    const kept = read(usual, [load(40, false), load(45, true)]);
    assert.deepEqual([kept?.notHeld, kept?.held?.users], [null, 45]);
    const broken = read(usual, [load(45, true), load(40, false)]);
    assert.deepEqual([broken?.notHeld?.users, broken?.held], [40, null]);
    const between = read(usual, [load(45, true), load(60, false)]);
    assert.deepEqual([between?.held?.users, between?.notHeld?.users, between?.stages[0]?.users], [45, 60, 59]);
  });

  test("is counted in requests, where its users asked more than those here do", () => {
    const eager = { ...load(20, true), requestsPerSec: 60 };
    const low = { ...usual, measured: { ...measured, cpuMsPerRequest: 500 } };
    assert.equal(read(low, [eager])?.users, 60);
  });
});

test("more cores, more memory or faster requests are never fewer users", () => {
  const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
  const inputs = fc.record({
    cpuMsPerRequest: positive(500),
    serviceMsPerRequest: positive(5_000),
    queryMsPerRequest: fc.option(positive(500)),
    idleCores: fc.double({ min: 0, max: 0.05, noNaN: true }),
    othersCores: fc.double({ min: 0, max: 16, noNaN: true }),
    cores: fc.integer({ min: 1, max: 64 }),
    memoryMb: fc.integer({ min: 0, max: 64_000 }),
    rate: positive(20),
    more: fc.integer({ min: 1, max: 32 }),
  });
  fc.assert(
    fc.property(inputs, ({ cores, memoryMb, rate, more, ...work }) => {
      const input: BoundsInput = {
        measured: { requests: 1_000, ...work },
        responseP95Ms: 100,
        requestsPerUserSec: rate,
        host: { cores, workersMayTakeBytes: memoryMb * mb, workerBytes: 100 * mb },
      };
      const better: readonly BoundsInput[] = [
        { ...input, host: { ...input.host, cores: cores + more } },
        { ...input, host: { ...input.host, workersMayTakeBytes: (memoryMb + more * 100) * mb } },
        { ...input, measured: { ...input.measured, cpuMsPerRequest: work.cpuMsPerRequest / (1 + more) } },
        { ...input, measured: { ...input.measured, serviceMsPerRequest: work.serviceMsPerRequest / (1 + more) } },
        { ...input, requestsPerUserSec: rate / (1 + more) },
      ];
      const before = read(input)?.stages.map(({ users }) => users) ?? [];
      for (const one of better) {
        const after = read(one)?.stages.map(({ users }) => users) ?? [];
        before.forEach((users, index) => assert.ok((after[index] ?? 0) >= users, `${users} → ${after[index]}`));
      }
    }),
  );
});

describe("what a request costs", () => {
  /** A second in which each of 100 requests took 5 ms of CPU, and each worker 2 ms of its own. */
  const busy = (atMs: number): WorkSecond => ({
    ...{ atMs, answers: 100, cpuMs: 508, spanMs: 4_000, idleCpuMs: 8, idleSpanMs: 4_000 },
    ...{ serviceMs: 2_000, served: 100, queryMs: 400, othersCores: 0.3 },
  });
  const idle = (atMs: number): WorkSecond => ({
    ...{ atMs, answers: 0, cpuMs: 0, spanMs: 0, idleCpuMs: 16, idleSpanMs: 8_000 },
    ...{ serviceMs: 0, served: 0, queryMs: 0, othersCores: 5 },
  });

  const tenBusy = Array.from({ length: 10 }, (_, second) => busy(1_000 + 1_000 * second));

  test("is the workers' CPU less what they use with nothing to do; what else ran counts while there was traffic", () => {
    const found = measureWork([idle(0), ...tenBusy]);
    assert.ok(found !== null);
    assert.equal(found.requests, 1_000);
    assert.ok(Math.abs(found.cpuMsPerRequest - 5) < 0.001, String(found.cpuMsPerRequest));
    assert.deepEqual([found.serviceMsPerRequest, found.queryMsPerRequest], [20, 4]);
    assert.ok(Math.abs(found.othersCores - 0.3) < 0.001);
  });

  test("is not told of no traffic, nor of too few requests", () => {
    assert.equal(measureWork([]), null);
    assert.equal(measureWork([idle(0), idle(1_000)]), null);
    assert.equal(measureWork([{ ...busy(0), answers: fewestRequests - 1 }]), null);
    assert.notEqual(measureWork([{ ...busy(0), answers: fewestRequests }]), null);
  });

  test("is not raised by what a worker does once, soon after its start", () => {
    const warm = { ...idle(0), idleCpuMs: 2_000 };
    const found = measureWork([warm, ...tenBusy]);
    assert.ok(Math.abs((found?.idleCores ?? 0) - 0.002) < 0.0001);
    const allBusy = tenBusy.map((second) => ({ ...second, idleCpuMs: 0, idleSpanMs: 0 }));
    const early = measureWork([warm, warm, ...allBusy]);
    assert.equal(early?.idleCores, 0, "too few to tell what is usual");
    assert.ok(Math.abs(early.cpuMsPerRequest - 5.08) < 0.001, String(early.cpuMsPerRequest));
  });
});

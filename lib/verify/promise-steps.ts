import type { LoadSummary } from "../load/summary.ts";
import { judgeLoad, type Verdict, type VerdictLine } from "../load/verdict.ts";
import type { Profile } from "../profile/schema.ts";
import type { ProofStep, ProvenLoad } from "./proof.ts";
import { stepOf } from "./steps.ts";

/** What a proof keeps of a load. Pure. */
export const provenLoad = (summary: LoadSummary, promises: Profile["promise"]): ProvenLoad => {
  const { users, seconds, requests, okRate, requestsPerSec, response, wait, strain } = summary;
  return {
    ...{ users, seconds, requests, okRate, requestsPerSec, response, wait },
    verdict: judgeLoad(summary, promises),
    limited: strain.limited,
  };
};

/** Where the generator was the limit, or asked for nothing in its time, a promise that was not kept says nothing. Pure. */
export const promiseStep = ({ users, requests, verdict, limited }: ProvenLoad): ProofStep => {
  const result = verdict.kept ? "held" : limited || requests === 0 ? "inconclusive" : "not-held";
  const [ok, response, wait] = [
    lineOf(verdict, "okRate"),
    lineOf(verdict, "responseP95Ms"),
    lineOf(verdict, "waitP95Ms"),
  ];
  return step(`users-${users}`, result, "verify.promise", {
    ...{ users, limited },
    ...{ okExpected: ok?.expected ?? null, okFound: ok?.found ?? null },
    ...{ p95Expected: response?.expected ?? null, p95Found: response?.found ?? null },
    ...{ waitExpected: wait?.expected ?? null, waitFound: wait?.found ?? null },
  });
};

export const promiseLeftOut = (users: readonly number[]): ProofStep =>
  step("promise", "not-measured", "verify.promise-left-out", { users: users.map(String) });

export const loadFailed = (users: number, fault: string): ProofStep =>
  step(`users-${users}`, "not-held", "verify.load-failed", { users, fault });

const lineOf = ({ lines }: Verdict, name: VerdictLine["name"]): VerdictLine | undefined =>
  lines.find((line) => line.name === name);

const step = stepOf("promise");

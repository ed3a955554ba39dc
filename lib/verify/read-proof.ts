import { readFileSync, statSync } from "node:fs";
import { DashdError } from "../errors.ts";
import { isRecord } from "../is-record.ts";
import { systemCodeOf } from "../system-error.ts";
import { isProofRecord, isText } from "../protocol/read-proof.ts";
import type { Proof } from "./proof.ts";

/** A proof out of a file, whoever wrote it. Throws E_PROOF, with what is wrong in one phrase. */
export const readProof = (file: string): Proof => {
  const value = contentOf(file);
  if (!isRecord(value) || value["kind"] !== "dashd-proof") throw notAProof(file, "proof-fault.foreign");
  if (value["schemaVersion"] !== 1) throw notAProof(file, "proof-fault.later");
  if (!isProof(value)) throw notAProof(file, "proof-fault.damaged");
  return value;
};

/** Tells a proof from rubbish; what it says is its maker's word. */
export const isProof = (value: unknown): value is Proof =>
  isProofRecord(value) &&
  isRecord(value) &&
  value["schemaVersion"] === 1 &&
  value["kind"] === "dashd-proof" &&
  areAll(value["steps"], isStep) &&
  areAll(value["loads"], isLoad) &&
  areAll(value["indicators"], isIndicator);

const areAll = (list: unknown, is: (one: unknown) => boolean): boolean => Array.isArray(list) && list.every(is);

const isStep = (value: unknown): boolean =>
  isRecord(value) &&
  parts.has(value["part"]) &&
  results.has(value["result"]) &&
  isText(value["name"]) &&
  isMessage(value["message"]);

const isMessage = (value: unknown): boolean =>
  isRecord(value) && isText(value["code"]) && isRecord(value["facts"]) && Object.values(value["facts"]).every(isFact);

const isFact = (value: unknown): boolean =>
  value === null ||
  isText(value) ||
  typeof value === "number" ||
  typeof value === "boolean" ||
  (Array.isArray(value) && value.every(isText));

const isLoad = (value: unknown): boolean =>
  isRecord(value) &&
  ["users", "seconds", "requests", "requestsPerSec"].every((name) => typeof value[name] === "number") &&
  isFigure(value["okRate"]) &&
  isQuantiles(value["response"]) &&
  isQuantiles(value["wait"]) &&
  typeof value["limited"] === "boolean" &&
  isVerdict(value["verdict"]);

const isQuantiles = (value: unknown): boolean =>
  isRecord(value) && ["p50Ms", "p95Ms", "p99Ms", "maxMs"].every((name) => isFigure(value[name]));

const isVerdict = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value["promisedUsers"] === "number" &&
  typeof value["beyond"] === "boolean" &&
  typeof value["kept"] === "boolean" &&
  areAll(value["lines"], isVerdictLine);

const isVerdictLine = (value: unknown): boolean =>
  isRecord(value) &&
  isText(value["name"]) &&
  typeof value["expected"] === "number" &&
  isFigure(value["found"]) &&
  typeof value["kept"] === "boolean";

const isIndicator = (value: unknown): boolean =>
  isRecord(value) &&
  isText(value["name"]) &&
  ["value", "warn", "critical"].every((name) => isFigure(value[name]) || isText(value[name])) &&
  levels.has(value["level"]) &&
  (value["advice"] === null || isMessage(value["advice"]));

const isFigure = (value: unknown): boolean => value === null || typeof value === "number";

const contentOf = (file: string): unknown => {
  try {
    if (statSync(file).size > largestBytes) throw notAProof(file, "proof-fault.foreign");
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof DashdError) throw error;
    if (error instanceof SyntaxError) throw notAProof(file, "proof-fault.no-json", error);
    throw notAProof(file, systemCodeOf(error) ?? String(error), error);
  }
};

const notAProof = (file: string, found: string, cause?: unknown): DashdError =>
  new DashdError("E_PROOF", { file, found }, { hint: "dashd verify", cause });

const parts: ReadonlySet<unknown> = new Set<Proof["steps"][number]["part"]>([
  "declared-effective",
  "limits",
  "promise",
  "indicators",
]);
const results: ReadonlySet<unknown> = new Set<Proof["steps"][number]["result"]>([
  "held",
  "not-held",
  "inconclusive",
  "not-measured",
]);
const levels: ReadonlySet<unknown> = new Set(["ok", "warn", "critical", "unknown"]);
const largestBytes = 1024 * 1024;
